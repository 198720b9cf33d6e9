import { describe, expect, test } from "bun:test";
import { parseCloses } from "@closebell/adapters/oracle";
import { EXCHANGES } from "@closebell/calendar";
import { DomainError } from "@closebell/context";
import { planSessions } from "./session-plan.ts";

const offsets = { lockOffsetSeconds: 1, fetchDelayMinutes: 5, graceMinutes: 30 };
const TWO_WEEKS = `date,close
2026-11-18,101.2
2026-11-20,103
2026-11-23,104
2026-11-25,99
2026-11-27,99.01
`;

const plan = (text: string, options: { readonly from?: string; readonly to?: string } = {}) =>
  planSessions({
    exchange: EXCHANGES.NASDAQ,
    offsets,
    closes: parseCloses(text),
    from: options.from === undefined ? undefined : Temporal.PlainDate.from(options.from),
    to: options.to === undefined ? undefined : Temporal.PlainDate.from(options.to),
  });

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof DomainError ? `${error.code} ${error.message}` : String(error);
  }
  return "nothing was refused";
};

describe("planSessions", () => {
  test("plays every session after the first close, those the file lacks included, without their closes", () => {
    expect(
      plan(TWO_WEEKS).map(({ code, previousClose, close }) => [code, previousClose, close]),
    ).toEqual([
      ["20261119", "101.2", undefined],
      ["20261120", undefined, "103"],
      ["20261123", "103", "104"],
      ["20261124", "104", undefined],
      ["20261125", undefined, "99"],
      ["20261127", "99", "99.01"],
    ]);
  });

  test("takes the times from the calendar: 13:00 on the day after Thanksgiving", () => {
    const last = plan(TWO_WEEKS).at(-1);
    expect(last?.times.opensAt.toString()).toBe("2026-11-25T20:59:59Z");
    expect(last?.times.lockAt.toString()).toBe("2026-11-27T17:59:59Z");
    expect(last?.times.settlesFrom.toString()).toBe("2026-11-27T18:05:00Z");
    expect(last?.times.graceEndsAt.toString()).toBe("2026-11-27T18:35:00Z");
  });

  test("from and to choose closing dates; the close before them still counts", () => {
    const some = plan(TWO_WEEKS, { from: "2026-11-21", to: "2026-11-24" });
    expect(some.map(({ code }) => code)).toEqual(["20261123", "20261124"]);
    expect(some[0]?.previousClose).toBe("103");
    const all = plan(TWO_WEEKS, { from: "1999-01-01", to: "2028-12-31" });
    expect(all).toEqual(plan(TWO_WEEKS));
  });

  test.each([
    ["2026-11-21,1", "Line 3", "weekend"],
    ["2026-11-26,1", "Line 3", "Thanksgiving"],
    ["2040-01-03,1", "Line 3", "outside what is known"],
  ])("refuses %s, which is no session, naming the line", (line, where, why) => {
    const refusal = codeOf(() => plan(`date,close\n2026-11-18,1\n${line}\n`));
    expect(refusal).toStartWith(`NOT_A_SESSION ${where}: `);
    expect(refusal.toLowerCase()).toContain(why.toLowerCase());
  });

  test("of a file that reaches beyond the calendar plays what is asked for inside it", () => {
    const long = `date,close\n1998-12-31,1\n1999-01-04,2\n1999-01-05,3\n${TWO_WEEKS.slice("date,close\n".length)}2029-01-02,4\n`;
    const inside = { from: "2026-11-20", to: "2026-11-27" };
    expect(plan(long, inside)).toEqual(plan(TWO_WEEKS, inside));
    const first = plan(long, { from: "1999-01-05", to: "1999-01-05" });
    expect(first.map(({ code, previousClose }) => [code, previousClose])).toEqual([
      ["19990105", "2"],
    ]);
    expect(codeOf(() => plan(long, { to: "1999-01-05" }))).toStartWith("NOT_A_SESSION Line 2: ");
    expect(codeOf(() => plan(long, { from: "2026-11-20" }))).toStartWith("NOT_A_SESSION Line 10: ");
    // nothing is known of the session before the calendar's first
    const tooEarly = { from: "1999-01-04", to: "1999-01-05" };
    expect(codeOf(() => plan(long, tooEarly))).toStartWith("NOT_A_SESSION 1998-12-31 is outside");
  });

  test("refuses a file without two closes, and a window without a session", () => {
    expect(codeOf(() => plan("date,close\n2026-11-18,1\n"))).toStartWith("VALIDATION_FAILED");
    const weekend = () => plan(TWO_WEEKS, { from: "2026-11-21", to: "2026-11-22" });
    expect(codeOf(weekend)).toStartWith("VALIDATION_FAILED");
  });
});
