import { type MicroUsdc, microUsdc } from "./micro-usdc.ts";

/** The most one side of a round may hold. Two such sides only just do not fit one account: see `payoutOf`. */
export const MAX_POOL: MicroUsdc = microUsdc(2n ** 62n);

/** @throws RangeError unless 0 <= `pool` <= MAX_POOL; `name` says which one in the message */
export const checkPool = (name: string, pool: bigint): void => {
  if (pool < 0n || pool > MAX_POOL) {
    throw new RangeError(`The ${name} is ${pool}. Give micro-USDC from 0 to ${MAX_POOL}.`);
  }
};

/** @throws RangeError unless `stake` is at least 1 and part of `pool` */
export const checkStake = (stake: bigint, pool: bigint): void => {
  if (stake < 1n || stake > pool) {
    throw new RangeError(
      `A stake of ${stake} can't be in a pool of ${pool}. Give a stake of at least 1 and the pool that holds it.`,
    );
  }
};
