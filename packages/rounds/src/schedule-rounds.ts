import type { Session } from "@closebell/calendar";
import { transact, type Deps, type Work } from "@closebell/database";
import { and, desc, eq, gte, lt } from "drizzle-orm";
import { readCalendar, type ExchangeCalendar } from "./exchange-calendar.ts";
import { listMarkets } from "./markets.ts";
import { planRound, sessionToLock } from "./plan-round.ts";
import { round } from "./schema.ts";
import type { Market } from "./types.ts";
import { writeRound } from "./write-round.ts";

/** Rounds that stand scheduled beyond the open one, so that rules are known two sessions ahead. */
const SESSIONS_AHEAD = 2;

const lastDate = (calendar: ExchangeCalendar, first: Session): Temporal.PlainDate => {
  let session = first;
  for (let n = 0; n < SESSIONS_AHEAD; n += 1) {
    session = calendar.nextSession(session.date) ?? session;
  }
  return session.date;
};

/** The session after the last of the market's rounds that closed before `date`. */
const sessionAfterLast = async (
  work: Work,
  market: Market,
  calendar: ExchangeCalendar,
  date: Temporal.PlainDate,
): Promise<Session | undefined> => {
  const [last] = await work.tx
    .select({ closingDate: round.closingDate })
    .from(round)
    .where(and(eq(round.market, market.code), lt(round.closingDate, date.toString())))
    .orderBy(desc(round.closingDate))
    .limit(1);
  return last && calendar.nextSession(Temporal.PlainDate.from(last.closingDate));
};

const standingFrom = async (
  work: Work,
  market: Market,
  date: Temporal.PlainDate,
): Promise<ReadonlySet<string>> => {
  const rows = await work.tx
    .select({ closingDate: round.closingDate })
    .from(round)
    .where(and(eq(round.market, market.code), gte(round.closingDate, date.toString())));
  return new Set(rows.map(({ closingDate }) => closingDate));
};

const scheduleMarket = (deps: Deps, market: Market): Promise<readonly string[]> =>
  transact(deps, async (work) => {
    const now = await work.now();
    const calendar = await readCalendar(work.tx, market.exchange);
    const toLock = sessionToLock(market, calendar, now);
    if (toLock === undefined) return [];
    const until = lastDate(calendar, toLock);
    // rounds ahead may stand alone: one opened by hand is no reason to leave out those before it
    let session: Session | undefined =
      (await sessionAfterLast(work, market, calendar, toLock.date)) ?? toLock;
    const standing = await standingFrom(work, market, session.date);
    const codes: string[] = [];
    while (session !== undefined && Temporal.PlainDate.compare(session.date, until) <= 0) {
      const there = standing.has(session.date.toString());
      const planned = there ? undefined : planRound(market, calendar, session);
      if (planned !== undefined && (await writeRound(work, market, planned))) {
        codes.push(planned.code);
      }
      session = calendar.nextSession(session.date);
    }
    return codes;
  });

/**
 * Schedules every market's rounds: from the last one that has locked (or, in a new market, from the one whose window
 * contains now) to two sessions ahead, sessions missed in between included.
 * @returns the codes of the new rounds
 */
export const scheduleRounds = async (deps: Deps): Promise<readonly string[]> => {
  const codes: string[] = [];
  for (const market of await listMarkets(deps)) {
    codes.push(...(await scheduleMarket(deps, market)));
  }
  return codes;
};
