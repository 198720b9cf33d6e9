import { DomainError } from "@closebell/context";
import { snapshot } from "@closebell/database";
import { askSource, type Answer, type OracleDeps } from "./ask-source.ts";
import { readCalendar, withinHorizon } from "./exchange-calendar.ts";
import { judgeAnswers, type PriceVerdict } from "./judge-answers.ts";
import { findMarket } from "./markets.ts";
import { sourcesToReread } from "./recheck-round.ts";

/** What a source says of one session, and of the one before. */
export interface ProbedSource {
  readonly source: string;
  readonly simulated: boolean;
  /** True for a source that is only asked once a round is settled. */
  readonly audit: boolean;
  readonly previousClose: string | null;
  readonly close: string | null;
  /** Why it gave no valid price; null where it did. */
  readonly failure: string | null;
  readonly detail: string;
  readonly milliseconds: number;
  readonly answers: readonly Answer[];
}

/** What all say, and what the market's rule would make of it. Nothing is written down. */
export interface Probe {
  readonly market: string;
  readonly date: string;
  readonly previousDate: string;
  readonly verdict: PriceVerdict;
  readonly sources: readonly ProbedSource[];
}

/**
 * Asks every source of a market, those that only audit too, for the close of a session and of the one before.
 * @throws DomainError MARKET_NOT_FOUND, NOT_A_SESSION, BEYOND_CALENDAR
 */
export const probeSources = async (
  deps: OracleDeps,
  input: { readonly market?: string | undefined; readonly date: Temporal.PlainDate },
): Promise<Probe> => {
  const { market, calendar } = await snapshot(deps, async (tx) => {
    const found = await findMarket(tx, input.market);
    return { market: found, calendar: await readCalendar(tx, found.exchange) };
  });
  const closingDate = input.date.toString();
  const beyond = new DomainError("BEYOND_CALENDAR", `The calendar does not reach ${closingDate}.`);
  const day = withinHorizon(() => ({ session: calendar.sessionOn(input.date) }));
  if (day === undefined) throw beyond;
  if (day.session === undefined) {
    throw new DomainError(
      "NOT_A_SESSION",
      `${market.exchange} has no session on ${closingDate}. \`bun run admin calendar list\` shows its sessions.`,
    );
  }
  const previousDate = calendar.previousSession(input.date)?.date.toString();
  if (previousDate === undefined) throw beyond;
  const { symbol } = market;
  const asked = await Promise.all(
    sourcesToReread(market, market.auditSources).map(async ({ entry, audit }) => {
      const began = performance.now();
      const attempt = await askSource(deps, { entry, symbol, previousDate, closingDate });
      return { audit, ...attempt, milliseconds: Math.round(performance.now() - began) };
    }),
  );
  const { verdict } = judgeAnswers(
    asked.filter(({ audit }) => !audit).map((one) => one.verdict),
    market,
  );
  const sources = asked.map(({ audit, verdict: own, answers, milliseconds }) => ({
    source: own.source,
    simulated: deps.oracles[own.source]?.simulated ?? false,
    audit,
    previousClose: answers[0]?.price ?? null,
    close: answers[1]?.price ?? null,
    failure: "failure" in own ? own.failure : null,
    detail: "failure" in own ? own.detail : "both closes are valid",
    milliseconds,
    answers,
  }));
  return { market: market.code, date: closingDate, previousDate, verdict, sources };
};
