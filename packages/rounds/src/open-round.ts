import { parseCode } from "@closebell/calendar";
import { DomainError } from "@closebell/context";
import { transact, type Deps, type Work } from "@closebell/database";
import { and, eq, sql } from "drizzle-orm";
import { readCalendar, withinHorizon, type ExchangeCalendar } from "./exchange-calendar.ts";
import { findMarket } from "./markets.ts";
import { conflict, operateRound, type OperateInput } from "./operate-round.ts";
import { planRound } from "./plan-round.ts";
import { round } from "./schema.ts";
import type { Market, Round } from "./types.ts";
import { writeOpen } from "./write-state.ts";
import { writeRound } from "./write-round.ts";

const dateOf = (code: string): Temporal.PlainDate => {
  try {
    return parseCode(code);
  } catch (error) {
    throw new DomainError(
      "NOT_A_SESSION",
      `${code} is no round code. It is the closing date as YYYYMMDD, for example 20261123.`,
      { cause: error },
    );
  }
};

const sessionFor = (calendar: ExchangeCalendar, code: string) => {
  const date = dateOf(code);
  const known = withinHorizon(() => ({ session: calendar.sessionOn(date) }));
  if (known === undefined) {
    throw new DomainError(
      "BEYOND_CALENDAR",
      `The calendar does not know ${date}. Nothing is assumed beyond its last year.`,
    );
  }
  if (known.session === undefined) {
    throw new DomainError(
      "NOT_A_SESSION",
      `${calendar.exchange.code} has no session on ${date}. \`bun run admin calendar list\` shows its sessions.`,
    );
  }
  return known.session;
};

const ensureRound = async (work: Work, market: Market, code: string): Promise<void> => {
  const [there] = await work.tx
    .select({ id: round.id })
    .from(round)
    .where(and(eq(round.market, market.code), eq(round.code, code)));
  if (there !== undefined) return;
  const calendar = await readCalendar(work.tx, market.exchange);
  const planned = planRound(market, calendar, sessionFor(calendar, code));
  const now = await work.now();
  if (planned === undefined || Temporal.Instant.compare(planned.lockAt, now) <= 0) {
    throw new DomainError(
      "ROUND_NOT_OPEN",
      `The session of ${code} has passed: bets can't be taken.`,
    );
  }
  await writeRound(work, market, planned);
};

/**
 * Opens a round by hand: one that stands scheduled, or the round of a coming session that does not stand yet. Its
 * opening moves to now, if that is earlier.
 * @throws DomainError NOT_A_SESSION, BEYOND_CALENDAR, ROUND_EXISTS (it is open or past that), ROUND_NOT_OPEN (over)
 */
export const openRound = async (deps: Deps, input: OperateInput): Promise<Round> => {
  await transact(deps, async (work) => {
    await ensureRound(work, await findMarket(work.tx, input.market), input.code);
  });
  return operateRound(deps, input, "round.open", async (work, row) => {
    if (row.state !== "SCHEDULED") {
      throw new DomainError(
        "ROUND_EXISTS",
        `Round ${row.code} of ${row.market} is already ${row.state}.`,
      );
    }
    await work.tx
      .update(round)
      .set({ opensAt: sql`least(${round.opensAt}, clock.now())` })
      .where(eq(round.id, row.id));
    if (!(await writeOpen(work, row.id, sql`${round.lockAt} > clock.now()`))) {
      throw conflict(row, "Its lock has passed.");
    }
  });
};
