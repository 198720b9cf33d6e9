/** A holiday that comes back every year by a rule. */
export interface HolidayRule {
  readonly name: string;
  /** The rule or notice that makes it a holiday of the exchange. */
  readonly source: string;
  /** The weekday on which the exchange stays closed for it, or undefined where it is not observed that year. */
  readonly observedIn: (year: number) => Temporal.PlainDate | undefined;
}

/** A close before the regular time that comes back by a rule; it counts only where the date is a session. */
export interface EarlyCloseRule {
  readonly name: string;
  readonly source: string;
  readonly dateIn: (year: number) => Temporal.PlainDate | undefined;
}

/** One date that no rule gives, with the notice behind it. `date` is "YYYY-MM-DD". */
export interface OneOff {
  readonly date: string;
  readonly reason: string;
  readonly source: string;
}

/** How a year's days are known: they were `held`, the exchanges `announced` them, or only a `rule` gives them. */
export interface YearBasis {
  readonly from: number;
  readonly to: number;
  readonly basis: "held" | "announced" | "rule";
  readonly source: string;
}

/** An exchange as data: everything that decides when it has a session, and from which to which date that is known. */
export interface Exchange {
  readonly code: string;
  readonly name: string;
  readonly timezone: string;
  readonly regularClose: Temporal.PlainTime;
  readonly earlyClose: Temporal.PlainTime;
  /** First and last date known, both included. */
  readonly horizon: { readonly from: Temporal.PlainDate; readonly to: Temporal.PlainDate };
  readonly weekend: { readonly source: string };
  readonly holidays: readonly HolidayRule[];
  readonly specialClosures: readonly OneOff[];
  readonly earlyCloseRules: readonly EarlyCloseRule[];
  readonly specialEarlyCloses: readonly OneOff[];
  readonly years: readonly YearBasis[];
}
