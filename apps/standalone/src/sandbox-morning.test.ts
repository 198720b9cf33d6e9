import { expect, test } from "bun:test";
import { sandboxMorning } from "./sandbox-morning.ts";

test.each([
  ["2026-11-23", "2026-11-23T13:00:00Z", "a Monday begins on itself"],
  ["2026-11-26", "2026-11-27T13:00:00Z", "Thanksgiving on the Friday after"],
  ["2026-07-03", "2026-07-06T12:00:00Z", "a long weekend on its Monday, in summer time"],
  ["2040-01-01", "2026-11-23T13:00:00Z", "past the calendar, in a year that it knows"],
])("%s: %s, %s", (today, begins) => {
  expect(sandboxMorning(Temporal.PlainDate.from(today)).toString()).toBe(begins);
});
