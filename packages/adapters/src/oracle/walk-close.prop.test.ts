import { expect, test } from "bun:test";
import fc from "fast-check";
import { walkClose } from "./walk-close.ts";

const seeds = fc.string({ minLength: 1, maxLength: 8 });
const dates = fc
  .integer({ min: 0, max: 12_000 })
  .map((days) => Temporal.PlainDate.from("1998-01-01").add({ days }));
const cents = (price: string) => Number(price.replace(".", ""));

const walk = (seed: string, symbol: string) =>
  Array.from({ length: 1_000 }, (_, days) =>
    cents(walkClose({ seed, symbol, date: Temporal.PlainDate.from("2020-01-01").add({ days }) })),
  );

test("every date has an exact price within 43 % of the base", () => {
  fc.assert(
    fc.property(seeds, dates, (seed, date) => {
      const price = walkClose({ seed, symbol: "NDX", date });
      expect(price).toMatch(/^[1-9]\d*\.\d\d$/);
      expect(Math.abs(cents(price) - 2_000_000)).toBeLessThan(860_000);
    }),
  );
});

test("a day never moves it further than 2.7 % of the base", () => {
  fc.assert(
    fc.property(seeds, dates, (seed, date) => {
      const today = cents(walkClose({ seed, symbol: "NDX", date }));
      const tomorrow = cents(walkClose({ seed, symbol: "NDX", date: date.add({ days: 1 }) }));
      expect(Math.abs(tomorrow - today)).toBeLessThan(54_000);
    }),
  );
});

test("it goes up about as often as down, and seeds and symbols walk apart", () => {
  const prices = walk("a", "NDX");
  const ups = prices.filter((price, day) => day > 0 && price > (prices[day - 1] ?? price)).length;
  expect(ups).toBeGreaterThan(400);
  expect(ups).toBeLessThan(600);
  expect(Math.max(...prices) - Math.min(...prices)).toBeGreaterThan(100_000);
  expect(walk("b", "NDX")).not.toEqual(prices);
  expect(walk("a", "SPX")).not.toEqual(prices);
});

test("a known date keeps its known price", () => {
  const date = Temporal.PlainDate.from("2026-11-23");
  expect(walkClose({ seed: "closebell", symbol: "NDX", date })).toMatchInlineSnapshot(`"19275.45"`);
});
