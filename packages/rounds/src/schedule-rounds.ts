import { transact, type Deps } from "@closebell/database";
import { desc, eq } from "drizzle-orm";
import { readCalendar, type ExchangeCalendar } from "./exchange-calendar.ts";
import { listMarkets } from "./markets.ts";
import { planRound, sessionToLock } from "./plan-round.ts";
import { round } from "./schema.ts";
import type { Market } from "./types.ts";
import { writeRound } from "./write-round.ts";

/** Rounds that stand scheduled beyond the open one, so that rules are known two sessions ahead. */
const SESSIONS_AHEAD = 2;

const lastDate = (
  market: Market,
  calendar: ExchangeCalendar,
  now: Temporal.Instant,
): Temporal.PlainDate | undefined => {
  let session = sessionToLock(market, calendar, now);
  for (let n = 0; session !== undefined && n < SESSIONS_AHEAD; n += 1) {
    session = calendar.nextSession(session.date) ?? session;
  }
  return session?.date;
};

const scheduleMarket = (deps: Deps, market: Market): Promise<readonly string[]> =>
  transact(deps, async (work) => {
    const now = await work.now();
    const calendar = await readCalendar(work.tx, market.exchange);
    const until = lastDate(market, calendar, now);
    if (until === undefined) return [];
    const [latest] = await work.tx
      .select({ closingDate: round.closingDate })
      .from(round)
      .where(eq(round.market, market.code))
      .orderBy(desc(round.code))
      .limit(1);
    let session =
      latest === undefined
        ? sessionToLock(market, calendar, now)
        : calendar.nextSession(Temporal.PlainDate.from(latest.closingDate));
    const codes: string[] = [];
    while (session !== undefined && Temporal.PlainDate.compare(session.date, until) <= 0) {
      const planned = planRound(market, calendar, session);
      if (planned !== undefined && (await writeRound(work, market, planned))) {
        codes.push(planned.code);
      }
      session = calendar.nextSession(session.date);
    }
    return codes;
  });

/**
 * Schedules every market's rounds: from the last one that stands (or, in a new market, from the one whose window
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
