import { type MicroUsdc, microUsdc } from "./micro-usdc.ts";
import { checkPool, checkStake } from "./pool.ts";

/** What is divided, and among how much: `distributable` is the losing pool less the fee. */
export interface Division {
  readonly winningPool: MicroUsdc;
  readonly distributable: MicroUsdc;
}

/** One winning bet. `id` is a UUID in lower case, so that `<` on text is PostgreSQL's order of `uuid`. */
export interface WinningBet {
  readonly id: string;
  readonly stake: MicroUsdc;
}

/** The last bet, in order of claim, that gets one extra unit. `remainder` < winning pool, so it fits int8. */
export interface Cut {
  readonly remainder: bigint;
  readonly id: string;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

const checkDivision = ({ winningPool, distributable }: Division): void => {
  checkPool("winning pool", winningPool);
  checkPool("distributable amount", distributable);
  if (winningPool === 0n && distributable > 0n) {
    throw new RangeError("Nobody is on the winning side. Void the round and give the stakes back.");
  }
};

const checkBet = ({ id, stake }: WinningBet, winningPool: MicroUsdc): void => {
  checkStake(stake, winningPool);
  if (!UUID.test(id)) {
    throw new RangeError(`Bet id ${id} has no defined order. Give a UUID in lower case.`);
  }
};

const checkBets = (bets: readonly WinningBet[], winningPool: MicroUsdc): void => {
  for (const bet of bets) checkBet(bet, winningPool);
  const total = bets.reduce((sum, { stake }) => sum + stake, 0n);
  if (total !== winningPool) {
    throw new RangeError(
      `The stakes sum to ${total}, the winning pool is ${winningPool}. Give every winning bet and its pool.`,
    );
  }
  if (new Set(bets.map(({ id }) => id)).size !== bets.length) {
    throw new RangeError("Two of the bets have the same id. Give each winning bet once.");
  }
};

/** The tie rule, in one place: of equal remainders the lower bet id claims first. */
const reaches = (claim: Cut, cut: Cut): boolean =>
  claim.remainder > cut.remainder || (claim.remainder === cut.remainder && claim.id <= cut.id);

/**
 * Where the extra units of the largest-remainder method end (Hamilton's method; Balinski & Young, Fair Representation,
 * 1982): among equal remainders the lower bet id comes first. Null if every share is whole.
 * @throws RangeError unless `stakes` are bets of unique id that sum to `winningPool`
 */
export const cutOf = (input: Division & { readonly stakes: readonly WinningBet[] }): Cut | null => {
  const { winningPool, distributable, stakes } = input;
  checkDivision(input);
  checkBets(stakes, winningPool);
  if (winningPool === 0n) return null;
  const claims = stakes.map(({ id, stake }) => ({
    id,
    remainder: (stake * distributable) % winningPool,
  }));
  const extraUnits = claims.reduce((sum, { remainder }) => sum + remainder, 0n) / winningPool;
  return claims.toSorted((a, b) => (reaches(a, b) ? -1 : 1))[Number(extraUnits) - 1] ?? null;
};

/**
 * One winning bet's share of `distributable`: its exact share rounded down, plus the extra unit if its claim reaches
 * the cut. Needs no other bet, so that settlement can pay in chunks, in any order, and again after a crash.
 * @throws RangeError for a stake that can't be part of `winningPool`
 */
export const shareOf = (
  stake: MicroUsdc,
  id: string,
  division: Division & { readonly cut: Cut | null },
): MicroUsdc => {
  const { winningPool, distributable, cut } = division;
  checkDivision(division);
  checkBet({ id, stake }, winningPool);
  const remainder = (stake * distributable) % winningPool;
  const extra = cut !== null && reaches({ remainder, id }, cut);
  return microUsdc((stake * distributable) / winningPool + (extra ? 1n : 0n));
};

/**
 * What a winning bet is paid: its stake and its share.
 * @throws RangeError as `shareOf`, and where both pools together don't fit `MicroUsdc`
 */
export const payoutOf = (
  stake: MicroUsdc,
  id: string,
  division: Division & { readonly cut: Cut | null },
): MicroUsdc => microUsdc(stake + shareOf(stake, id, division));

/**
 * Every winning bet's share, by bet id; together exactly `distributable`.
 * @throws RangeError as `cutOf`
 */
export const allocate = (
  input: Division & { readonly stakes: readonly WinningBet[] },
): ReadonlyMap<string, MicroUsdc> => {
  const division = { ...input, cut: cutOf(input) };
  return new Map(input.stakes.map(({ id, stake }) => [id, shareOf(stake, id, division)]));
};
