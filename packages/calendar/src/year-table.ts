import { closeInstant } from "./close-instant.ts";
import type { Closure, Day, Session } from "./day.ts";
import type { Exchange } from "./exchange.ts";
import { SATURDAY } from "./weekday-of-month.ts";
import { yearBasis } from "./year-basis.ts";

const closuresOf = (exchange: Exchange, year: number): ReadonlyMap<string, Closure> => {
  const closures = new Map<string, Closure>();
  for (const { date, reason, source } of exchange.specialClosures) {
    closures.set(date, { kind: "special", reason, source });
  }
  for (const { name, source, observedIn } of exchange.holidays) {
    const date = observedIn(year);
    if (date === undefined) continue;
    closures.set(date.toString(), { kind: "holiday", reason: name, source });
  }
  return closures;
};

const earlyClosesOf = (exchange: Exchange, year: number): ReadonlyMap<string, string> => {
  const sources = new Map<string, string>();
  for (const { name, source, dateIn } of exchange.earlyCloseRules) {
    const date = dateIn(year);
    if (date !== undefined) sources.set(date.toString(), `${name}: ${source}`);
  }
  for (const { date, reason, source } of exchange.specialEarlyCloses) {
    sources.set(date, `${reason}: ${source}`);
  }
  return sources;
};

const sessionAt = (
  exchange: Exchange,
  date: Temporal.PlainDate,
  earlySource: string | undefined,
): Session =>
  earlySource === undefined
    ? {
        date,
        kind: "regular",
        closesAt: closeInstant(exchange, date, exchange.regularClose),
        source: yearBasis(exchange, date.year).source,
      }
    : {
        date,
        kind: "early",
        closesAt: closeInstant(exchange, date, exchange.earlyClose),
        source: earlySource,
      };

const buildYear = (exchange: Exchange, year: number): readonly Day[] => {
  const closures = closuresOf(exchange, year);
  const earlyCloses = earlyClosesOf(exchange, year);
  const first = Temporal.PlainDate.from({ year, month: 1, day: 1 });
  return Array.from({ length: first.daysInYear }, (_, index): Day => {
    const date = first.add({ days: index });
    const iso = date.toString();
    const closure: Closure | undefined =
      date.dayOfWeek >= SATURDAY
        ? { kind: "weekend", reason: "Weekend", source: exchange.weekend.source }
        : closures.get(iso);
    return closure === undefined
      ? { open: true, session: Object.freeze(sessionAt(exchange, date, earlyCloses.get(iso))) }
      : { open: false, closure: Object.freeze(closure) };
  });
};

// a pure function's results kept: a year of an exchange is the same whenever it is asked for
const built = new WeakMap<Exchange, Map<number, readonly Day[]>>();

/** The days of a year, January 1 first. Building one takes longer than asking, so each is built once. */
export const yearTable = (exchange: Exchange, year: number): readonly Day[] => {
  const years = built.get(exchange) ?? new Map<number, readonly Day[]>();
  built.set(exchange, years);
  const days = years.get(year) ?? buildYear(exchange, year);
  years.set(year, days);
  return days;
};
