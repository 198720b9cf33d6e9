import type { OneOff } from "./exchange.ts";

const ATTACKS = "Terrorist attacks of 2001-09-11";
const SANDY = "Hurricane Sandy";
const mourning = (president: string) => `National day of mourning for President ${president}`;

/** Weekdays without a session that no rule gives. The README lists what was announced, and where. */
export const NASDAQ_SPECIAL_CLOSURES: readonly OneOff[] = [
  {
    date: "2001-09-11",
    reason: ATTACKS,
    source: "Nasdaq and NYSE did not open that morning",
  },
  { date: "2001-09-12", reason: ATTACKS, source: "Nasdaq and NYSE stayed closed" },
  {
    date: "2001-09-13",
    reason: ATTACKS,
    source: "Joint announcement of Nasdaq, NYSE and SEC of 2001-09-12",
  },
  {
    date: "2001-09-14",
    reason: ATTACKS,
    source: "Joint announcement of Nasdaq, NYSE and SEC of 2001-09-13: trading again on 2001-09-17",
  },
  {
    date: "2004-06-11",
    reason: mourning("Reagan"),
    source: "Nasdaq and NYSE announcements of 2004-06-07",
  },
  {
    date: "2007-01-02",
    reason: mourning("Ford"),
    source: "Nasdaq announcement of 2006-12-28",
  },
  {
    date: "2012-10-29",
    reason: SANDY,
    source: "NASDAQ OMX announcement of the night to 2012-10-29",
  },
  { date: "2012-10-30", reason: SANDY, source: "NASDAQ OMX announcement of 2012-10-29" },
  {
    date: "2018-12-05",
    reason: mourning("George H. W. Bush"),
    source: "Nasdaq press release of 2018-12-01",
  },
  {
    date: "2025-01-09",
    reason: mourning("Carter"),
    source: "Nasdaq press release of 2024-12-30",
  },
];
