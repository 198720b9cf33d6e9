import { describe, expect, test } from "bun:test";
import { CronExpressionParser } from "cron-parser";
import { checkSchedules, SCHEDULES } from "./schedules.ts";

/** The next `count` rings of a schedule after an instant, in UTC. */
const ringsOf = (name: string, after: string, count: number): readonly string[] => {
  const schedule = SCHEDULES.find((each) => each.name === name);
  if (schedule === undefined || !("pattern" in schedule)) throw new Error(`no pattern: ${name}`);
  const { pattern, tz } = schedule;
  const times = CronExpressionParser.parse(pattern, { tz, currentDate: after });
  return Array.from({ length: count }, () => times.next().toISOString() ?? "");
};

describe("the schedules", () => {
  test("are right", () => expect(() => checkSchedules(SCHEDULES)).not.toThrow());

  test("ring one second before the close, in New York's time on either side of its clock change", () => {
    expect(ringsOf("lock-regular", "2026-03-06T12:00:00Z", 2)).toEqual([
      "2026-03-06T20:59:59.000Z",
      "2026-03-09T19:59:59.000Z",
    ]);
    expect(ringsOf("lock-early", "2026-11-27T12:00:00Z", 1)).toEqual(["2026-11-27T17:59:59.000Z"]);
  });

  test("ring each minute from when a close is asked for until after the grace", () => {
    const rings = ringsOf("settle-regular", "2026-11-23T20:00:00Z", 32);
    expect(rings[0]).toBe("2026-11-23T21:05:00.000Z");
    expect(rings[30]).toBe("2026-11-23T21:35:00.000Z");
    expect(ringsOf("settle-early", "2026-11-27T17:00:00Z", 1)[0]).toBe("2026-11-27T18:05:00.000Z");
  });
});

describe("a schedule that is wrong is named at once", () => {
  const tz = "America/New_York";
  test.each([
    [{ name: "a", pattern: "0 99 16 * * 1-5", tz }, "a: "],
    [{ name: "b", pattern: "5 16 * * 1-5", tz }, "b: a pattern begins with seconds"],
    [{ name: "c", pattern: "0 5 16 * * 1-5", tz: "Mars/Olympus" }, "c: "],
    [{ name: "d", everyMs: 0 }, "d: an interval must be above 0"],
  ])("%p", (schedule, message) => {
    expect(() => checkSchedules([schedule])).toThrow(message);
  });

  test("two of one name", () => {
    const schedule = { name: "e", everyMs: 1 };
    expect(() => checkSchedules([schedule, schedule])).toThrow("two schedules of this name");
  });
});
