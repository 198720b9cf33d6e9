import type { ClosePrice, OracleErrorKind } from "./oracle.ts";
import { exceedsGuard, isPositivePrice } from "./price.ts";
import { QUORUM, type Answered } from "./quorum.ts";
import type { RoundRules } from "./types.ts";

/** Why a source's answer is no valid price. */
export type PriceFailure =
  | OracleErrorKind
  | "wrong-date"
  | "not-positive"
  | "disagreeing"
  /** It answered, but too few of the others did. */
  | "no-quorum"
  | "unknown-source";

/** What one source came to: prices that stand by themselves, or why not. */
export type SourceVerdict =
  | Answered
  | { readonly source: string; readonly failure: PriceFailure; readonly detail: string };

/** What all the sources together come to. Both closes are of `source`. */
export type PriceVerdict =
  | {
      readonly kind: "prices" | "guard";
      readonly source: string;
      readonly close: string;
      readonly previousClose: string;
    }
  | { readonly kind: "none" };

/** By which rules answers become a price. */
export type PriceRules = Pick<RoundRules, "sourceRule" | "toleranceBps" | "guardBps">;

/** What came of all the answers; `verdicts` are the sources', of which the rule may have failed some more. */
export interface Judged {
  readonly verdict: PriceVerdict;
  readonly verdicts: readonly SourceVerdict[];
}

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

const isAnswered = (verdict: SourceVerdict): verdict is Answered => "prices" in verdict;

/**
 * The price that the market's rule makes of its sources' verdicts, given in the market's order. Where it makes none, no
 * answer counts: each that stood by itself is failed with the reason. A move above the guard is never a price: it waits
 * for a person.
 */
export const judgeAnswers = (verdicts: readonly SourceVerdict[], rules: PriceRules): Judged => {
  const answered = verdicts.filter(isAnswered);
  const quorum = QUORUM[rules.sourceRule]({
    answered,
    sources: verdicts.length,
    toleranceBps: rules.toleranceBps,
  });
  if ("failure" in quorum) {
    return {
      verdict: { kind: "none" },
      verdicts: verdicts.map((verdict) =>
        isAnswered(verdict) ? { source: verdict.source, ...quorum } : verdict,
      ),
    };
  }
  const { decides, weighed } = quorum;
  const { close, previous } = decides.prices;
  const wild = weighed.some(({ prices }) =>
    exceedsGuard(prices.previous.price, prices.close.price, rules.guardBps),
  );
  const verdict: PriceVerdict = {
    kind: wild ? "guard" : "prices",
    source: decides.source,
    close: close.price,
    previousClose: previous.price,
  };
  return { verdict, verdicts };
};
