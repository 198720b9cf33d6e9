import { expect, test } from "bun:test";
import { easterSunday } from "./easter-sunday.ts";

test.each([
  // the earliest and the latest that Easter can be
  [1818, "1818-03-22"],
  [2038, "2038-04-25"],
  // the rule's two exceptions to the plain 19-year cycle
  [1954, "1954-04-18"],
  [1981, "1981-04-19"],
  [1999, "1999-04-04"],
  [2000, "2000-04-23"],
  [2008, "2008-03-23"],
  [2011, "2011-04-24"],
  [2024, "2024-03-31"],
  [2026, "2026-04-05"],
  [2027, "2027-03-28"],
  [2028, "2028-04-16"],
])("Easter %d is %s", (year, date) => {
  expect(easterSunday(year).toString()).toBe(date);
});
