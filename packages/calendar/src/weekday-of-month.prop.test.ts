import { expect, test } from "bun:test";
import fc from "fast-check";
import { lastWeekday, nthWeekday } from "./weekday-of-month.ts";

const year = fc.integer({ min: 1900, max: 2100 });
const month = fc.integer({ min: 1, max: 12 });
const weekday = fc.integer({ min: 1, max: 7 });

test("the nth weekday is that weekday, in the nth week of the month", () => {
  fc.assert(
    fc.property(year, month, weekday, fc.integer({ min: 1, max: 4 }), (y, m, w, n) => {
      const date = nthWeekday(y, m, w, n);
      expect([date.year, date.month, date.dayOfWeek]).toEqual([y, m, w]);
      expect(Math.ceil(date.day / 7)).toBe(n);
    }),
  );
});

test("the last weekday is that weekday, and a week later is another month", () => {
  fc.assert(
    fc.property(year, month, weekday, (y, m, w) => {
      const date = lastWeekday(y, m, w);
      expect([date.year, date.month, date.dayOfWeek]).toEqual([y, m, w]);
      expect(date.add({ days: 7 }).month).not.toBe(m);
    }),
  );
});
