/**
 * What an operator learned after the calendar's data was written, laid over it: a session called off, or its close
 * moved. `date` is "YYYY-MM-DD", `closesAt` is "HH:MM" on the exchange's clock, `source` is the notice behind it.
 * An exception counts only on a session of the calendar (a closed day stays closed), and the last one for a date wins.
 */
export type CalendarException =
  | { readonly date: string; readonly kind: "closed"; readonly source: string }
  | {
      readonly date: string;
      readonly kind: "early";
      readonly closesAt: string;
      readonly source: string;
    };

export type CalendarExceptions = readonly CalendarException[];
