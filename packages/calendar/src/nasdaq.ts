import type { Exchange, YearBasis } from "./exchange.ts";
import { NASDAQ_EARLY_CLOSE_RULES, NASDAQ_SPECIAL_EARLY_CLOSES } from "./nasdaq-early-closes.ts";
import { NASDAQ_HOLIDAYS } from "./nasdaq-holidays.ts";
import { NASDAQ_SPECIAL_CLOSURES } from "./nasdaq-special-closures.ts";

const NYSE_NOTICE = "NYSE Group calendar for 2026, 2027 and 2028, announced 2025-12-23";

const YEARS: readonly YearBasis[] = [
  { from: 1999, to: 2025, basis: "held", source: "Session held; regular close 16:00" },
  {
    from: 2026,
    to: 2026,
    basis: "announced",
    source: `Nasdaq General 3, Rule 1030; same days in the ${NYSE_NOTICE}`,
  },
  {
    from: 2027,
    to: 2028,
    basis: "rule",
    source: `Nasdaq General 3, Rule 1030; no Nasdaq schedule for the year yet, same days in the ${NYSE_NOTICE}`,
  },
];

/** The Nasdaq Stock Market, 1999 to 2028. The README says where each part comes from. */
export const NASDAQ: Exchange = {
  code: "NASDAQ",
  name: "The Nasdaq Stock Market",
  timezone: "America/New_York",
  regularClose: Temporal.PlainTime.from("16:00"),
  earlyClose: Temporal.PlainTime.from("13:00"),
  horizon: {
    from: Temporal.PlainDate.from("1999-01-01"),
    to: Temporal.PlainDate.from("2028-12-31"),
  },
  weekend: { source: "Nasdaq trades Monday to Friday" },
  holidays: NASDAQ_HOLIDAYS,
  specialClosures: NASDAQ_SPECIAL_CLOSURES,
  earlyCloseRules: NASDAQ_EARLY_CLOSE_RULES,
  specialEarlyCloses: NASDAQ_SPECIAL_EARLY_CLOSES,
  years: YEARS,
};
