import { expect, test } from "bun:test";
import { createHistogram } from "./histogram.ts";

const filled = (values: readonly number[]) => {
  const histogram = createHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
};

test("small durations are counted exactly", () => {
  const histogram = filled(Array.from({ length: 100 }, (_, n) => n + 1));
  expect(histogram.count).toBe(100);
  expect(histogram.quantile(0.5)).toBe(50);
  expect(histogram.quantile(0.99)).toBe(99);
  expect(histogram.quantile(1)).toBe(100);
  expect(histogram.quantile(0)).toBe(1);
});

test("a large duration is off by less than 0.8 %, never below itself", () => {
  for (const value of [127, 128, 129, 255, 256, 1_000, 65_535, 1_234_567, 2 ** 31 - 1]) {
    const found = filled([value]).quantile(0.5);
    expect(found).toBeGreaterThanOrEqual(value);
    expect(found).toBeLessThan(value * 1.008);
  }
});

test("quantiles equal those of the sorted values, within a bucket", () => {
  const values = Array.from({ length: 10_000 }, (_, n) => (n * 7_919) % 1_000_003);
  const sorted = values.toSorted((a, b) => a - b);
  const histogram = filled(values);
  for (const q of [0.01, 0.5, 0.9, 0.99, 0.999]) {
    const exact = sorted[Math.ceil(q * sorted.length) - 1] ?? 0;
    expect(histogram.quantile(q)).toBeGreaterThanOrEqual(exact);
    expect(histogram.quantile(q)).toBeLessThan(exact * 1.008 + 1);
  }
});

test("what is beyond the range counts as its end, and clearing forgets", () => {
  const histogram = filled([-5, 2 ** 40]);
  expect(histogram.quantile(0.5)).toBe(0);
  expect(histogram.quantile(1)).toBe(2 ** 31 - 1);
  histogram.clear();
  expect(histogram.count).toBe(0);
  expect(histogram.quantile(0.99)).toBe(0);
});
