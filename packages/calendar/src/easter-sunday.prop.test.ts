import { expect, test } from "bun:test";
import fc from "fast-check";
import { easterSunday } from "./easter-sunday.ts";
import { SUNDAY } from "./weekday-of-month.ts";

test("Easter is a Sunday from March 22 to April 25 of its year", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1583, max: 9999 }), (year) => {
      const easter = easterSunday(year);
      expect(easter.year).toBe(year);
      expect(easter.dayOfWeek).toBe(SUNDAY);
      const monthDay = easter.toPlainMonthDay().toString();
      expect(monthDay >= "03-22" && monthDay <= "04-25").toBe(true);
    }),
  );
});
