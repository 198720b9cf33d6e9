import { closureOn, sessionOn, type Exchange } from "@closebell/calendar";
import { DomainError } from "@closebell/context";
import { snapshot, type Deps } from "@closebell/database";
import { readCalendar, withinHorizon } from "./exchange-calendar.ts";

/** One weekday of an exchange: when it closes, or why it does not trade, and the rule or notice behind it. */
export interface CalendarDay {
  readonly date: string;
  readonly kind: "regular" | "early" | "closed";
  readonly closesAt: Temporal.Instant | null;
  readonly reason: string | null;
  readonly source: string;
  /** True where an operator's exception made it so. */
  readonly exception: boolean;
}

/** Days one call may list. */
const MAX_DAYS = 800;
/** Days listed after the first where nothing else is said. */
const USUAL_DAYS = 30;

/** The usual days, as far as they are known. */
const usualEnd = ({ horizon }: Exchange, from: Temporal.PlainDate): Temporal.PlainDate => {
  const { compare } = Temporal.PlainDate;
  const end = from.add({ days: USUAL_DAYS });
  return compare(from, horizon.to) <= 0 && compare(horizon.to, end) < 0 ? horizon.to : end;
};

/**
 * The weekdays of an exchange from one date to another, both included; without the second, of a month or up to the last known.
 * @throws DomainError BEYOND_CALENDAR, VALIDATION_FAILED (dates out of order or too far apart), NOT_A_SESSION
 */
export const listCalendar = (
  deps: Pick<Deps, "database">,
  input: {
    readonly exchange: string;
    readonly from: Temporal.PlainDate;
    readonly to?: Temporal.PlainDate | undefined;
  },
): Promise<readonly CalendarDay[]> =>
  snapshot(deps, async (tx) => {
    const { exchange, exceptions } = await readCalendar(tx, input.exchange);
    const to = input.to ?? usualEnd(exchange, input.from);
    const count = input.from.until(to, { largestUnit: "day" }).days + 1;
    if (count < 1 || count > MAX_DAYS) {
      throw new DomainError(
        "VALIDATION_FAILED",
        `\`from\` must not be after \`to\`, and at most ${MAX_DAYS} days lie between them.`,
      );
    }
    const excepted = new Set(exceptions.map(({ date }) => date));
    const dayOn = (date: Temporal.PlainDate): CalendarDay | undefined => {
      const shared = { date: date.toString(), exception: excepted.has(date.toString()) };
      const session = sessionOn(exchange, date, exceptions);
      if (session !== undefined) {
        const { kind, closesAt, source } = session;
        return { ...shared, kind, closesAt, source, reason: null };
      }
      const closure = closureOn(exchange, date, exceptions);
      if (closure === undefined || closure.kind === "weekend") return undefined;
      const { reason, source } = closure;
      return { ...shared, kind: "closed", closesAt: null, reason, source };
    };
    const days = withinHorizon(() =>
      Array.from({ length: count }, (_, n) => dayOn(input.from.add({ days: n }))),
    );
    if (days === undefined) {
      throw new DomainError(
        "BEYOND_CALENDAR",
        `The calendar of ${exchange.code} is known from ${exchange.horizon.from.toString()} to ${exchange.horizon.to.toString()}.`,
      );
    }
    return days.filter((day) => day !== undefined);
  });
