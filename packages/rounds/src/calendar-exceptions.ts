import { DomainError, type By } from "@closebell/context";
import { approved, recordAudit, transact, type Deps, type Work } from "@closebell/database";
import { and, asc, eq } from "drizzle-orm";
import type { Session } from "@closebell/calendar";
import { applyCalendar } from "./apply-calendar.ts";
import { readCalendar, withinHorizon } from "./exchange-calendar.ts";
import { calendarException, market, round } from "./schema.ts";
import { takeFence } from "./write-state.ts";

interface ExceptionInput {
  readonly by: By;
  readonly exchange: string;
  readonly date: Temporal.PlainDate;
  /** The notice behind it: who announced it, where. */
  readonly source: string;
}

const findSession = async (work: Work, input: ExceptionInput): Promise<Session> => {
  const calendar = await readCalendar(work.tx, input.exchange);
  const known = withinHorizon(() => ({ session: calendar.sessionOn(input.date) }));
  if (known === undefined) {
    throw new DomainError(
      "BEYOND_CALENDAR",
      `The calendar does not know ${input.date.toString()}.`,
    );
  }
  if (known.session === undefined) {
    throw new DomainError(
      "NOT_A_SESSION",
      `${input.exchange} has no session on ${input.date.toString()}: there is nothing to change.`,
    );
  }
  return known.session;
};

const roundsOf = (work: Work, input: ExceptionInput) =>
  work.tx
    .select({
      id: round.id,
      code: round.code,
      state: round.state,
      outcome: round.outcome,
      voidReason: round.voidReason,
    })
    .from(round)
    .innerJoin(market, eq(market.code, round.market))
    .where(and(eq(market.exchange, input.exchange), eq(round.closingDate, input.date.toString())))
    .orderBy(asc(round.id));

interface Change {
  readonly kind: "closed" | "early";
  readonly closesAt: string | null;
}

/**
 * Refuses where a round of that date has its outcome fixed already, and keeps outcomes from being fixed until the commit. One that
 * is void is what cancelling its session makes of it, however late that is announced; unless nobody had won: then there was a close.
 */
const checkRounds = async (work: Work, input: ExceptionInput, { kind }: Change): Promise<void> => {
  for (const { id } of await roundsOf(work, input)) await takeFence(work, id);
  const first = (await roundsOf(work, input)).find(
    ({ outcome, voidReason }) =>
      outcome !== null && !(kind === "closed" && outcome === "VOID" && voidReason !== "NO_WINNERS"),
  );
  if (first === undefined) return;
  throw new DomainError(
    "ROUND_STATE_CONFLICT",
    `Round ${first.code} is ${first.state}: its outcome is fixed and never changes.`,
  );
};

const write = async (work: Work, input: ExceptionInput, change: Change): Promise<void> => {
  await checkRounds(work, input, change);
  const { by, exchange, source } = input;
  const date = input.date.toString();
  const action = change.kind === "closed" ? "calendar.cancel" : "calendar.close-at";
  const subject = `${exchange}/${date}`;
  const [before] = await work.tx
    .select({ kind: calendarException.kind, closesAt: calendarException.closesAt })
    .from(calendarException)
    .where(and(eq(calendarException.exchange, exchange), eq(calendarException.date, date)));
  const content = { exchange, date, before: before ?? null, after: change };
  const approval = await approved(work, { by, action, subject, content });
  const row = { ...change, source, actor: by.actor.id, createdAt: await work.now(), approval };
  await work.tx
    .insert(calendarException)
    .values({ exchange, date, ...row })
    .onConflictDoUpdate({ target: [calendarException.exchange, calendarException.date], set: row });
  const after = { ...change, source, approval };
  await recordAudit(work, { by, action, subject, ...(before && { before }), after });
  await applyCalendar(work, exchange, approval);
};

/**
 * Cancels a session: its round is voided, unless it is void already, and the next one is measured against the session before.
 * Takes two people.
 * @throws DomainError NOT_A_SESSION, BEYOND_CALENDAR, ROUND_STATE_CONFLICT (its outcome is fixed by closes),
 *   APPROVAL_REQUIRED
 */
export const cancelSession = (deps: Deps, input: ExceptionInput): Promise<void> =>
  transact(deps, async (work) => {
    await findSession(work, input);
    await write(work, input, { kind: "closed", closesAt: null });
  });

/**
 * Moves the close of a session earlier, to `closesAt` ("HH:MM" on the exchange's clock). Bets taken after the lock that
 * results are refunded before the round is settled. Takes two people.
 * @throws DomainError CALENDAR_EXCEPTION_INVALID (not earlier), NOT_A_SESSION, BEYOND_CALENDAR, ROUND_STATE_CONFLICT,
 *   APPROVAL_REQUIRED
 */
export const closeSessionAt = (
  deps: Deps,
  input: ExceptionInput & { readonly closesAt: string },
): Promise<void> =>
  transact(deps, async (work) => {
    const session = await findSession(work, input);
    const { exchange } = await readCalendar(work.tx, input.exchange);
    if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(input.closesAt)) {
      throw new DomainError(
        "CALENDAR_EXCEPTION_INVALID",
        `${input.closesAt} is no time of day. Write it as HH:MM on the exchange's clock, for example 13:00.`,
      );
    }
    const closesAt = input.date
      .toZonedDateTime({ timeZone: exchange.timezone, plainTime: input.closesAt })
      .toInstant();
    if (Temporal.Instant.compare(closesAt, session.closesAt) >= 0) {
      throw new DomainError(
        "CALENDAR_EXCEPTION_INVALID",
        `The session already closes at ${session.closesAt.toString()}. A close may move earlier, never later.`,
      );
    }
    await write(work, input, { kind: "early", closesAt: input.closesAt });
  });
