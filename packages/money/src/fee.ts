import { type MicroUsdc, microUsdc } from "./micro-usdc.ts";
import { checkPool } from "./pool.ts";

const BASIS_POINTS = 10_000;

/**
 * The house's fee on what the losers staked, rounded down: 100 basis points are 1 %. Winners' stakes bear none.
 * @throws RangeError for a pool outside 0..MAX_POOL or a fee outside 0..10000
 */
export const feeOf = (losingPool: MicroUsdc, feeBps: number): MicroUsdc => {
  checkPool("losing pool", losingPool);
  if (!Number.isInteger(feeBps) || feeBps < 0 || feeBps > BASIS_POINTS) {
    throw new RangeError(
      `A fee of ${feeBps} basis points is impossible. Give a whole number from 0 to ${BASIS_POINTS}.`,
    );
  }
  return microUsdc((losingPool * BigInt(feeBps)) / BigInt(BASIS_POINTS));
};
