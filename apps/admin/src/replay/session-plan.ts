import {
  BeyondHorizon,
  closureOn,
  formatCode,
  previousSession,
  roundTimes,
  sessionsBetween,
  type Exchange,
  type RoundOffsets,
  type RoundTimes,
  type Session,
} from "@closebell/calendar";
import type { FileClose } from "@closebell/adapters/oracle";
import { DomainError } from "@closebell/context";

/** One session to play: its round, its times, and the closes it is settled by, where the file has them. */
export interface PlannedSession {
  readonly code: string;
  readonly date: string;
  readonly times: RoundTimes;
  readonly previousClose: string | undefined;
  readonly close: string | undefined;
}

/** What to play, and by which calendar and rules. */
export interface PlanInput {
  readonly exchange: Exchange;
  readonly offsets: RoundOffsets;
  readonly closes: readonly FileClose[];
  /** First and last closing date to play; the whole file where absent. */
  readonly from?: Temporal.PlainDate | undefined;
  readonly to?: Temporal.PlainDate | undefined;
}

const refuse = (message: string, cause?: unknown): DomainError =>
  new DomainError("NOT_A_SESSION", message, { cause });

/** @throws DomainError NOT_A_SESSION where `ask` leaves what the calendar knows */
const withinCalendar = <T>(where: string, ask: () => T): T => {
  try {
    return ask();
  } catch (error) {
    if (error instanceof BeyondHorizon) throw refuse(`${where}${error.message}`, error);
    throw error;
  }
};

/** @throws DomainError NOT_A_SESSION, naming the line */
const checkSession = (exchange: Exchange, { date, line }: FileClose): void => {
  const closure = withinCalendar(`Line ${line}: `, () => closureOn(exchange, date));
  if (closure === undefined) return;
  throw refuse(`Line ${line}: ${exchange.code} had no session on ${date} (${closure.reason}).`);
};

const later = (a: Temporal.PlainDate, b: Temporal.PlainDate | undefined): Temporal.PlainDate =>
  b !== undefined && Temporal.PlainDate.compare(b, a) > 0 ? b : a;
const earlier = (a: Temporal.PlainDate, b: Temporal.PlainDate | undefined): Temporal.PlainDate =>
  b !== undefined && Temporal.PlainDate.compare(b, a) < 0 ? b : a;

/**
 * The sessions of a file's closes, in order: from the one after its first close, which has no predecessor, to its last.
 * A session that the calendar has and the file lacks is among them, without its close. Lines before or after what is asked for
 * may be of years that the calendar does not know.
 * @throws DomainError NOT_A_SESSION (a date of the file is none; names the line), VALIDATION_FAILED (nothing to play)
 */
export const planSessions = (input: PlanInput): readonly PlannedSession[] => {
  const { exchange, closes } = input;
  const [first, last] = [closes.at(0), closes.at(-1)];
  if (first === undefined || last === undefined) return [];
  const from = later(Temporal.PlainDate.from(first.date).add({ days: 1 }), input.from);
  const to = earlier(Temporal.PlainDate.from(last.date), input.to);
  const [earliest, latest] = [(input.from ?? first.date).toString(), to.toString()];
  for (const close of closes) {
    if (earliest <= close.date && close.date <= latest) checkSession(exchange, close);
  }
  const prices = new Map(closes.map(({ date, price }) => [date, price]));
  const planOne = (session: Session): PlannedSession => {
    const previous = previousSession(exchange, session.date);
    return {
      code: formatCode(session.date),
      date: session.date.toString(),
      times: roundTimes(session, previous, input.offsets),
      previousClose: prices.get(previous.date.toString()),
      close: prices.get(session.date.toString()),
    };
  };
  const planned = withinCalendar("", () => sessionsBetween(exchange, from, to).map(planOne));
  if (planned.length > 0) return planned;
  throw new DomainError(
    "VALIDATION_FAILED",
    `No session to play lies between ${from.toString()} and ${to.toString()}: a round needs its session's close and one before it.`,
  );
};
