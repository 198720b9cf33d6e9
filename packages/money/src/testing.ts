import * as fc from "fast-check";
import type { WinningBet } from "./allocation.ts";
import { feeOf } from "./fee.ts";
import { type MicroUsdc, microUsdc } from "./micro-usdc.ts";
import { MAX_POOL } from "./pool.ts";

const MOST_BETS = 32;

const amount = (min: bigint, max: bigint): fc.Arbitrary<MicroUsdc> =>
  fc.bigInt({ min, max }).map(microUsdc);

/** Few small values, so that remainders tie, beside values whose sum reaches MAX_POOL. */
const stakeAmounts: fc.Arbitrary<MicroUsdc> = fc.oneof(
  amount(1n, 5n),
  amount(1n, 50_000_000n),
  amount(1n, MAX_POOL / BigInt(MOST_BETS)),
);

/** Up to just below MAX_POOL, so that both pools together fit one account. */
export const losingPools: fc.Arbitrary<MicroUsdc> = fc.oneof(
  amount(0n, 40n),
  amount(0n, MAX_POOL - 1n),
);

export const feesBps: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 100, 10_000),
  fc.integer({ min: 0, max: 10_000 }),
);

/** A round as settlement meets it: everything that decides its payouts, in integers of any size. */
export interface DecidedRound {
  readonly stakes: readonly WinningBet[];
  readonly winningPool: MicroUsdc;
  readonly losingPool: MicroUsdc;
  readonly feeBps: number;
  readonly fee: MicroUsdc;
  readonly distributable: MicroUsdc;
}

/** Decided rounds of 1 to 32 winning bets, pools up to 2^62 and any fee; for the SQL settlement's properties as well. */
export const decidedRounds: fc.Arbitrary<DecidedRound> = fc
  .record({
    stakes: fc.uniqueArray(fc.record({ id: fc.uuid(), stake: stakeAmounts }), {
      selector: ({ id }) => id,
      minLength: 1,
      maxLength: MOST_BETS,
    }),
    losingPool: losingPools,
    feeBps: feesBps,
  })
  .map((round) => {
    const fee = feeOf(round.losingPool, round.feeBps);
    return {
      ...round,
      fee,
      winningPool: microUsdc(round.stakes.reduce((sum, { stake }) => sum + stake, 0n)),
      distributable: microUsdc(round.losingPool - fee),
    };
  });
