declare const unit: unique symbol;

/**
 * An amount in micro-USDC (1 USDC = 1,000,000), within PostgreSQL's int8. JSON has it as a string of digits: `String(m)`.
 * Arithmetic gives a plain bigint, which `microUsdc` takes back in.
 */
export type MicroUsdc = bigint & { readonly [unit]: "MicroUsdc" };

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

const fits = (value: bigint): value is MicroUsdc => value >= MIN && value <= MAX;

/** @throws RangeError where `value` does not fit a signed 64-bit integer */
export const microUsdc = (value: bigint): MicroUsdc => {
  if (fits(value)) return value;
  throw new RangeError(
    `${value} micro-USDC does not fit 64 bits. Use an amount between ${MIN} and ${MAX}.`,
  );
};
