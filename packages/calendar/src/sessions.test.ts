import { describe, expect, test } from "bun:test";
import {
  BeyondHorizon,
  closureOn,
  EXCHANGES,
  findExchange,
  horizon,
  nextSession,
  previousSession,
  sessionOn,
  sessionsBetween,
} from "./index.ts";

const { NASDAQ } = EXCHANGES;
const text = (session: { readonly date: Temporal.PlainDate }) => session.date.toString();

test("a session is the same for a date and its text", () => {
  const session = sessionOn(NASDAQ, "2026-11-27");
  expect(session).toEqual(sessionOn(NASDAQ, Temporal.PlainDate.from("2026-11-27")));
  expect(session).toMatchObject({ kind: "early" });
  expect(session?.closesAt.toString()).toBe("2026-11-27T18:00:00Z");
});

test("a text that is no date is refused", () => {
  expect(() => sessionOn(NASDAQ, "2026-02-29")).toThrow(RangeError);
  expect(() => sessionOn(NASDAQ, "tomorrow")).toThrow(RangeError);
});

test("previous and next skip weekends, holidays and mourning", () => {
  expect(text(nextSession(NASDAQ, "2001-09-10"))).toBe("2001-09-17");
  expect(text(previousSession(NASDAQ, "2001-09-17"))).toBe("2001-09-10");
  expect(text(nextSession(NASDAQ, "2006-12-29"))).toBe("2007-01-03");
  expect(text(previousSession(NASDAQ, "2026-07-04"))).toBe("2026-07-02");
  expect(text(nextSession(NASDAQ, "2026-12-24"))).toBe("2026-12-28");
});

test("sessions between two dates include both, in order", () => {
  expect(sessionsBetween(NASDAQ, "2026-11-24", "2026-11-30").map(text)).toEqual([
    "2026-11-24",
    "2026-11-25",
    "2026-11-27",
    "2026-11-30",
  ]);
  expect(sessionsBetween(NASDAQ, "2026-11-28", "2026-11-29")).toEqual([]);
  expect(sessionsBetween(NASDAQ, "2026-11-30", "2026-11-24")).toEqual([]);
});

test("an exchange is found by its code", () => {
  expect(findExchange("NASDAQ")).toBe(NASDAQ);
  expect(findExchange("nasdaq")).toBeUndefined();
});

describe("horizon", () => {
  test("runs from 1999-01-01 to 2028-12-31", () => {
    const { from, to } = horizon(NASDAQ);
    expect([from.toString(), to.toString()]).toEqual(["1999-01-01", "2028-12-31"]);
    expect(text(nextSession(NASDAQ, "1998-12-31"))).toBe("1999-01-04");
    expect(text(previousSession(NASDAQ, "2029-01-01"))).toBe("2028-12-29");
  });

  test.each([
    ["a date after it", () => sessionOn(NASDAQ, "2029-01-01")],
    ["a date before it", () => sessionOn(NASDAQ, "1998-12-31")],
    ["why a date after it is closed", () => closureOn(NASDAQ, "2029-01-01")],
    ["what follows its last session", () => nextSession(NASDAQ, "2028-12-29")],
    ["what precedes its first session", () => previousSession(NASDAQ, "1999-01-04")],
    ["a range that leaves it", () => sessionsBetween(NASDAQ, "2028-12-01", "2029-01-31")],
  ])("%s is not assumed", (_, ask) => {
    expect(ask).toThrow(BeyondHorizon);
    expect(ask).toThrow(RangeError);
  });

  test("the error names the date and what is known", () => {
    const error = new BeyondHorizon(NASDAQ, "2029-06-01");
    expect(error.message).toStartWith(
      "2029-06-01 is outside what is known of NASDAQ: 1999-01-01 to 2028-12-31.",
    );
    expect(() => sessionOn(NASDAQ, "2029-06-01")).toThrow(error.message);
    expect(error).toMatchObject({ name: "BeyondHorizon", exchange: "NASDAQ", date: "2029-06-01" });
  });
});
