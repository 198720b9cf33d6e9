import { sideOf } from "./decide-outcome.ts";
import { comparePrices, exceedsGuard, type Move } from "./price.ts";

/** What was known when a round was settled, beside which later closes are held. */
export interface StoredCloses extends Move {
  /** True where the source itself had said so; false where it had said nothing, and these are the closes that decided. */
  readonly own: boolean;
}

/** Two closes of a settled round, then and now. */
export interface Comparison {
  readonly differs: boolean;
  /** The source stands on the other side now than it did, which is the side the round came out on. */
  readonly changesOutcome: boolean;
  readonly detail: string;
}

/** Sources round differently: another's close, to the basis point, is the same close. */
const ROUNDING_BPS = 1;

const words = ({ previous, close }: Move): string => `${previous}, ${close}`;

/**
 * Compares what a source says now with what is stored: its own closes exactly, those of another within the market's
 * tolerance, one basis point at least. `decided` are the closes the round was settled on. @throws RangeError
 */
export const compareCloses = (
  stored: StoredCloses,
  now: Move,
  round: { readonly decided: Move; readonly toleranceBps: number },
): Comparison => {
  const toleranceBps = Math.max(round.toleranceBps, ROUNDING_BPS);
  const apart = (a: string, b: string): boolean =>
    stored.own ? comparePrices(a, b) !== 0 : exceedsGuard(a, b, toleranceBps);
  const side = sideOf(round.decided.previous, round.decided.close);
  const turned =
    sideOf(now.previous, now.close) !== side && sideOf(stored.previous, stored.close) === side;
  const differs =
    apart(stored.previous, now.previous) ||
    apart(stored.close, now.close) ||
    (!stored.own && turned);
  if (!differs) return { differs, changesOutcome: false, detail: "as it was" };
  const whose = stored.own ? "it had said" : "the round was settled on";
  return {
    differs,
    changesOutcome: turned,
    detail: `${whose} ${words(stored)}; now ${words(now)}${turned ? ": the other side" : ""}`,
  };
};
