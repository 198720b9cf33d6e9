import { feeOf } from "./fee.ts";
import { type MicroUsdc, microUsdc } from "./micro-usdc.ts";
import { checkPool, checkStake } from "./pool.ts";

/**
 * What one more stake would be paid if the round locked with it and its side won. `payout` is the least: settlement
 * pays exactly this or one unit more, by largest remainder. `fee` is the whole round's. `oneSided`: nobody has bet on
 * the other side, so the stake comes back whatever happens.
 */
export interface PayoutQuote {
  readonly payout: MicroUsdc;
  readonly profit: MicroUsdc;
  readonly fee: MicroUsdc;
  readonly oneSided: boolean;
}

/**
 * Quotes `stake` on `side` on top of the pools as they stand; call it once for each side. Empty pools are fine: alone
 * on the winning side takes all that is distributable, nobody on the losing side means stake back and fee 0.
 * @throws RangeError for a stake below 1, or where the side's pool would exceed MAX_POOL
 */
export const quotePayout = (input: {
  readonly poolUp: MicroUsdc;
  readonly poolDown: MicroUsdc;
  readonly feeBps: number;
  readonly side: "UP" | "DOWN";
  readonly stake: MicroUsdc;
}): PayoutQuote => {
  const { poolUp, poolDown, feeBps, side, stake } = input;
  const [own, other] = side === "UP" ? [poolUp, poolDown] : [poolDown, poolUp];
  checkPool("pool of the side", own);
  const winningPool = own + stake;
  checkStake(stake, winningPool);
  checkPool("pool of the side with this stake", winningPool);
  const fee = feeOf(other, feeBps);
  const profit = microUsdc((stake * (other - fee)) / winningPool);
  return { payout: microUsdc(stake + profit), profit, fee, oneSided: other === 0n };
};
