import { sideOf } from "./decide-outcome.ts";
import type { ClosePrice } from "./oracle.ts";
import { compareMoves, exceedsGuard } from "./price.ts";
import type { Side, SourceRule } from "./types.ts";

/** Both closes of a round, as one source gives them. */
export interface SourcePrices {
  readonly close: ClosePrice;
  readonly previous: ClosePrice;
}

/** A source whose prices stand by themselves. */
export interface Answered {
  readonly source: string;
  readonly prices: SourcePrices;
}

/** What a rule is given: the sources whose answers stand by themselves, in the market's order, and how many were asked. */
export interface Asked {
  readonly answered: readonly Answered[];
  readonly sources: number;
  readonly toleranceBps: number;
}

/** The source whose closes count, and those that must not have moved above the guard; or why none counts. */
export type Quorum =
  | { readonly decides: Answered; readonly weighed: readonly Answered[] }
  | { readonly failure: "no-quorum" | "disagreeing"; readonly detail: string };

const tooFew = ({ answered, sources }: Asked, needed: number): Quorum => ({
  failure: "no-quorum",
  detail: `${answered.length} of ${sources} sources gave a valid answer; ${needed} must`,
});

const disagreeing = (answered: readonly Answered[]): Quorum => ({
  failure: "disagreeing",
  detail: answered
    .map(({ source, prices }) => `${source}: ${prices.previous.price}, ${prices.close.price}`)
    .join("; "),
});

const side = ({ prices }: Answered): Side => sideOf(prices.previous.price, prices.close.price);

/** The first source that answers decides. */
const first = (asked: Asked): Quorum => {
  const [decides] = asked.answered;
  return decides === undefined ? tooFew(asked, 1) : { decides, weighed: [decides] };
};

/**
 * All must answer, and agree with the first one: each close within the tolerance of its close, and the same side. Without
 * the last, two sources within the tolerance could stand on either side of an unchanged price.
 */
const allAgree = (asked: Asked): Quorum => {
  const { answered, sources, toleranceBps } = asked;
  const [decides] = answered;
  if (decides === undefined || answered.length < sources) return tooFew(asked, sources);
  const apart = (a: string, b: string): boolean => exceedsGuard(a, b, toleranceBps);
  const agrees = (other: Answered): boolean =>
    !apart(decides.prices.previous.price, other.prices.previous.price) &&
    !apart(decides.prices.close.price, other.prices.close.price) &&
    side(other) === side(decides);
  return answered.every(agrees) ? { decides, weighed: answered } : disagreeing(answered);
};

const moveOf = ({ prices }: Answered) => ({
  previous: prices.previous.price,
  close: prices.close.price,
});

/**
 * Most of the sources must answer; of those, the one in the middle decides when they are put in order by how far they
 * moved. It is moves that are compared and not closes, so that a source in another unit or adjustment weighs no less. With
 * an even number the two in the middle must be on the same side, and the one listed first decides. So a minority can
 * neither decide an outcome nor, by keeping silent, prevent one.
 */
const median = (asked: Asked): Quorum => {
  const { answered, sources } = asked;
  const majority = Math.floor(sources / 2) + 1;
  if (answered.length < majority) return tooFew(asked, majority);
  const ordered = answered.toSorted((a, b) => compareMoves(moveOf(a), moveOf(b)));
  const middle = (ordered.length - 1) / 2;
  const weighed = ordered.slice(Math.floor(middle), Math.ceil(middle) + 1);
  const decides = answered.find((one) => weighed.includes(one));
  if (decides === undefined) return tooFew(asked, majority);
  return weighed.every((one) => side(one) === side(decides))
    ? { decides, weighed }
    : disagreeing(answered);
};

/** How each rule makes one source's closes of all that answered. */
export const QUORUM: Readonly<Record<SourceRule, (asked: Asked) => Quorum>> = {
  first,
  "all-agree": allAgree,
  median,
};
