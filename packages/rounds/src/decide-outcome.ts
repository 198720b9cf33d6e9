import { feeOf, microUsdc, type MicroUsdc } from "@closebell/money";
import { comparePrices } from "./price.ts";
import type { Outcome, Side, VoidReason } from "./types.ts";

/** What is known when a round goes to be settled. */
export type Basis =
  | { readonly kind: "void"; readonly reason: VoidReason }
  | { readonly kind: "side"; readonly side: Side };

/** An outcome and what it costs. */
export interface Decision {
  readonly outcome: Outcome;
  readonly voidReason: VoidReason | null;
  readonly fee: MicroUsdc;
  /** What the winners share: the losing pool less the fee; 0 for a void. */
  readonly distributable: MicroUsdc;
}

const NOTHING = microUsdc(0n);

/** UP where the close is above the previous session's, DOWN where it is not: a tie is DOWN. @throws RangeError */
export const sideOf = (previousClose: string, close: string): Side =>
  comparePrices(close, previousClose) > 0 ? "UP" : "DOWN";

/**
 * The outcome of a round. First match: void for a reason given; no bets at all, settled with nothing to move; nobody on
 * the winning side, void; nobody on the losing side, stakes back without a fee; else the fee is taken on the losing pool.
 */
export const decideOutcome = (
  basis: Basis,
  pools: Readonly<Record<Side, MicroUsdc>>,
  feeBps: number,
): Decision => {
  const voided = (voidReason: VoidReason): Decision => ({
    outcome: "VOID",
    voidReason,
    fee: NOTHING,
    distributable: NOTHING,
  });
  if (basis.kind === "void") return voided(basis.reason);
  const losing = pools[basis.side === "UP" ? "DOWN" : "UP"];
  if (pools[basis.side] === 0n && losing > 0n) return voided("NO_WINNERS");
  const fee = feeOf(losing, feeBps);
  return {
    outcome: basis.side,
    voidReason: null,
    fee,
    distributable: microUsdc(losing - fee),
  };
};
