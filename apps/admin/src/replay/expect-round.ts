import { allocate, feeOf, microUsdc, type MicroUsdc } from "@closebell/money";
import type { Outcome, Side } from "@closebell/rounds";

/** A bet as the service accepted it. */
export interface ExpectedBet {
  readonly id: string;
  readonly userId: string;
  readonly side: Side;
  readonly stake: MicroUsdc;
}

/** What the rules say a round must come to. */
export interface ExpectedRound {
  readonly outcome: Outcome;
  /** The side that the closes are on, also where nobody bet on it; undefined where one is missing. */
  readonly side: Side | undefined;
  readonly tie: boolean;
  readonly fee: bigint;
  /** What comes back for each bet that gets anything, by bet id. */
  readonly returns: ReadonlyMap<string, bigint>;
}

/** What a round is settled by. A close that no source has is absent. */
export interface ExpectInput {
  readonly bets: readonly ExpectedBet[];
  readonly previousClose: string | undefined;
  readonly close: string | undefined;
  readonly feeBps: number;
}

const scaled = (price: string, scale: number): bigint => {
  const [whole = "", fraction = ""] = price.split(".");
  return BigInt(whole + fraction.padEnd(scale, "0"));
};

const compareExactly = (a: string, b: string): -1 | 0 | 1 => {
  const scale = Math.max(...[a, b].map((price) => price.split(".")[1]?.length ?? 0));
  const difference = scaled(a, scale) - scaled(b, scale);
  if (difference === 0n) return 0;
  return difference > 0n ? 1 : -1;
};

const poolOf = (bets: readonly ExpectedBet[]): MicroUsdc =>
  microUsdc(bets.reduce((sum, { stake }) => sum + stake, 0n));

const voided = (bets: readonly ExpectedBet[], side?: Side): ExpectedRound => ({
  outcome: "VOID",
  side,
  tie: false,
  fee: 0n,
  returns: new Map(bets.map(({ id, stake }) => [id, stake])),
});

/**
 * The rules of a round said a second time, without a database: what the service did is compared with this. Without
 * both closes, and with nobody on the winning side, every stake comes back.
 */
export const expectRound = (input: ExpectInput): ExpectedRound => {
  const { bets, previousClose, close } = input;
  if (previousClose === undefined || close === undefined) return voided(bets);
  const move = compareExactly(close, previousClose);
  const side: Side = move > 0 ? "UP" : "DOWN";
  const winners = bets.filter((bet) => bet.side === side);
  const losers = bets.filter((bet) => bet.side !== side);
  if (winners.length === 0 && losers.length > 0) return voided(bets, side);
  const losingPool = poolOf(losers);
  const fee = feeOf(losingPool, input.feeBps);
  const shares = allocate({
    winningPool: poolOf(winners),
    distributable: microUsdc(losingPool - fee),
    stakes: winners,
  });
  return {
    outcome: side,
    side,
    tie: move === 0,
    fee,
    returns: new Map(winners.map(({ id, stake }) => [id, stake + (shares.get(id) ?? 0n)])),
  };
};
