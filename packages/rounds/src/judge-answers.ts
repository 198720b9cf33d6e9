import type { ClosePrice, OracleErrorKind } from "./oracle.ts";
import { comparePrices, exceedsGuard, isPositivePrice } from "./price.ts";
import type { SourceRule } from "./types.ts";

/** Both closes of a round, as one source gives them. */
export interface SourcePrices {
  readonly close: ClosePrice;
  readonly previous: ClosePrice;
}

/** Why a source's answer is no valid price. */
export type PriceFailure =
  | OracleErrorKind
  | "wrong-date"
  | "not-positive"
  | "disagreeing"
  | "unknown-source";

/** What one source came to: prices that stand by themselves, or why not. */
export type SourceVerdict =
  | { readonly source: string; readonly prices: SourcePrices }
  | { readonly source: string; readonly failure: PriceFailure; readonly detail: string };

/** What all the sources together come to. */
export type PriceVerdict =
  | { readonly kind: "prices"; readonly close: string; readonly previousClose: string }
  | { readonly kind: "guard"; readonly close: string; readonly previousClose: string }
  | { readonly kind: "none" };

/** Why one answer is no valid close of `date`, or undefined where it is one. */
export const failureOf = (
  answer: ClosePrice,
  date: string,
): { readonly failure: PriceFailure; readonly detail: string } | undefined => {
  if (answer.date !== date) {
    return { failure: "wrong-date", detail: `asked for ${date}, answered for ${answer.date}` };
  }
  if (!isPositivePrice(answer.price)) {
    return { failure: "not-positive", detail: `${answer.price} is no price above zero` };
  }
  return undefined;
};

const agree = (a: SourcePrices, b: SourcePrices): boolean =>
  comparePrices(a.close.price, b.close.price) === 0 &&
  comparePrices(a.previous.price, b.previous.price) === 0;

/** Marks every source as disagreeing where all must agree and two of those that answered don't. */
export const findDisagreement = (
  verdicts: readonly SourceVerdict[],
  rule: SourceRule,
): readonly SourceVerdict[] => {
  const answered = verdicts.flatMap((verdict) => ("prices" in verdict ? [verdict] : []));
  const [first] = answered;
  if (rule === "first" || first === undefined) return verdicts;
  if (answered.every((other) => agree(first.prices, other.prices))) return verdicts;
  const detail = answered
    .map(({ source, prices }) => `${source}: ${prices.previous.price}, ${prices.close.price}`)
    .join("; ");
  return verdicts.map((verdict) =>
    "prices" in verdict ? { source: verdict.source, failure: "disagreeing", detail } : verdict,
  );
};

/** The prices that the market's rule makes of its sources' verdicts. A wild move is never a price: it waits for a person. */
export const judgeVerdicts = (
  verdicts: readonly SourceVerdict[],
  rule: SourceRule,
  guardBps: number,
): PriceVerdict => {
  const answered = verdicts.flatMap((verdict) => ("prices" in verdict ? [verdict.prices] : []));
  const [first] = answered;
  const enough = rule === "first" ? answered.length > 0 : answered.length === verdicts.length;
  if (first === undefined || !enough) return { kind: "none" };
  const closes = { close: first.close.price, previousClose: first.previous.price };
  return exceedsGuard(closes.previousClose, closes.close, guardBps)
    ? { kind: "guard", ...closes }
    : { kind: "prices", ...closes };
};
