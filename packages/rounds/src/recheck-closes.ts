import { readClock, reachable } from "@closebell/database";
import { formatCode } from "@closebell/calendar";
import { and, eq, gte, inArray, isNotNull, sql } from "drizzle-orm";
import type { OracleDeps } from "./ask-source.ts";
import { closesOnRecord } from "./close-checks.ts";
import { compareNextPrevious } from "./compare-next-previous.ts";
import { exchangeOf } from "./exchange-calendar.ts";
import { listMarkets } from "./markets.ts";
import { decidedOn, rereadSource, sourcesToReread, type SettledRow } from "./recheck-round.ts";
import { closeCheck, round } from "./schema.ts";
import { unlessBusy } from "./unless-busy.ts";
import type { Market } from "./types.ts";

/** What one call came to. */
export interface Rechecked {
  /** Sources asked again. */
  readonly asked: number;
  /** Of these, those that gave no valid answer. */
  readonly failed: number;
  /** Closes that are no longer, or with another source, what a round was settled on. */
  readonly differing: number;
}

/**
 * When an index's close can change no more, on the exchange's clock, early closes included: "The closing value of the
 * Index may change up until 17:15:00 ET due to corrections to the last sale price" (Nasdaq, NASDAQ Composite Index
 * Methodology). Other closes are final by then as well.
 */
const FINAL_FROM = Temporal.PlainTime.from("17:15");
/** Days on which a source that does not answer is asked again. */
const ASKED_FOR_DAYS = 30;
/** Between two times that one which did not answer is asked; longer the longer it lasts. */
const RETRY_SECONDS = 900;
const RETRY_SHARE = 4;

/** When a source of a round may first be asked again: one that only audits is late, so a day after the others. */
export const rereadFrom = (
  closingDate: string,
  timeZone: string,
  audit: boolean,
): Temporal.Instant =>
  Temporal.PlainDate.from(closingDate)
    .add({ days: audit ? 1 : 0 })
    .toZonedDateTime({ timeZone, plainTime: FINAL_FROM })
    .toInstant();

interface Asked extends Record<string, unknown> {
  readonly round: number;
  readonly source: string;
  readonly answered: boolean;
  /** Since it was last asked, by the clock or by the host's time, whichever went on further. */
  readonly secondsAgo: number;
}

const askedBefore = (
  deps: OracleDeps,
  rounds: readonly SettledRow[],
): Promise<ReadonlyMap<string, Asked>> =>
  reachable(deps.database.url, async () => {
    const rows = await deps.database.orm
      .select({
        round: closeCheck.roundId,
        source: closeCheck.source,
        answered: sql<boolean>`bool_or(${closeCheck.failure} is null)`,
        secondsAgo: sql<number>`extract(epoch from greatest(
          clock.now() - max(${closeCheck.beganAt}), clock_timestamp() - max(${closeCheck.recordedAt})))::float8`,
      })
      .from(closeCheck)
      .where(
        and(
          inArray(
            closeCheck.roundId,
            rounds.map(({ id }) => id),
          ),
          eq(closeCheck.kind, "reread"),
        ),
      )
      .groupBy(closeCheck.roundId, closeCheck.source);
    return new Map(rows.map((row) => [`${row.round} ${row.source}`, row]));
  });

const isDue = (
  asked: Asked | undefined,
  from: Temporal.Instant,
  now: Temporal.Instant,
): boolean => {
  const waited = from.until(now).total("seconds");
  if (waited < 0) return false;
  if (asked === undefined) return true;
  return !asked.answered && asked.secondsAgo >= Math.max(RETRY_SECONDS, waited / RETRY_SHARE);
};

const dueRereads = async (
  deps: OracleDeps,
  market: Market,
  rounds: readonly SettledRow[],
  now: Temporal.Instant,
) => {
  const { timezone } = exchangeOf(market.exchange);
  const asked = await askedBefore(deps, rounds);
  return rounds.flatMap((row) =>
    sourcesToReread(row, market.auditSources)
      .filter(({ name }) => deps.oracles[name] !== undefined)
      .filter(({ name, audit }) =>
        isDue(asked.get(`${row.id} ${name}`), rereadFrom(row.closingDate, timezone, audit), now),
      )
      .map(({ entry, name }) => ({ row, entry, name })),
  );
};

/** The market's rounds of the last weeks that were settled by prices, oldest first. */
const recentRounds = (
  deps: OracleDeps,
  market: Market,
  now: Temporal.Instant,
): Promise<readonly SettledRow[]> => {
  const since = now.toZonedDateTimeISO("UTC").toPlainDate().subtract({ days: ASKED_FOR_DAYS });
  return reachable(deps.database.url, () =>
    deps.database.orm
      .select({
        id: round.id,
        market: round.market,
        code: round.code,
        symbol: round.symbol,
        previousDate: round.previousDate,
        closingDate: round.closingDate,
        sources: round.sources,
        toleranceBps: round.toleranceBps,
        outcome: round.outcome,
        priceSource: round.priceSource,
        previousClose: round.previousClose,
        close: round.close,
        settlingAt: round.settlingAt,
      })
      .from(round)
      .where(
        and(
          eq(round.market, market.code),
          gte(round.code, formatCode(since)),
          isNotNull(round.priceSource),
        ),
      )
      .orderBy(round.code),
  );
};

const recheckMarket = async (deps: OracleDeps, market: Market): Promise<Rechecked> => {
  const now = await reachable(deps.database.url, () => readClock(deps.database.orm));
  const rounds = await recentRounds(deps, market, now);
  if (rounds.length === 0) return { asked: 0, failed: 0, differing: 0 };
  const due = await dueRereads(deps, market, rounds, now);
  const onRecord = await closesOnRecord(
    deps,
    rounds.map(({ id }) => id),
  );
  const told = await compareNextPrevious(deps, rounds, onRecord);
  let failed = 0;
  let differing = told.filter(({ differs }) => differs).length;
  for (const { row, entry, name } of due) {
    const decided = decidedOn(row);
    if (decided === undefined) continue;
    const stored = onRecord.get(row.id)?.get(name);
    const check = await rereadSource(deps, { row, decided, entry, onRecord: stored });
    if (check.failure !== null) failed += 1;
    if (check.differs) differing += 1;
  }
  return { asked: due.length, failed, differing };
};

/**
 * Reads the closes of settled rounds again once they can change no more (17:15 on the exchange's clock; the next day where
 * a source only audits), until each source has answered once, and compares what the next round was told of them. It changes
 * no round. While another process is at it, it does nothing and gives undefined.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const recheckCloses = (deps: OracleDeps): Promise<Rechecked | undefined> =>
  unlessBusy(deps, "rounds.recheck", async () => {
    let [asked, failed, differing] = [0, 0, 0];
    for (const market of await listMarkets(deps)) {
      const one = await recheckMarket(deps, market);
      asked += one.asked;
      failed += one.failed;
      differing += one.differing;
    }
    return { asked, failed, differing };
  });
