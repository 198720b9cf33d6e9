import { expect, test } from "bun:test";
import { median, summarize } from "./summary.ts";

test("the median is the middle sample, in whatever order they came", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 9, 100])).toBe(10);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
});

test("there is no median of nothing", () => {
  expect(() => median([])).toThrow(RangeError);
  expect(() => summarize([])).toThrow(RangeError);
});

test("the spread is the whole range, by the median", () => {
  expect(summarize([90, 100, 130])).toEqual({
    median: 100,
    spread: 0.4,
    samples: [90, 100, 130],
  });
  expect(summarize([5]).spread).toBe(0);
  expect(summarize([0, 0]).spread).toBe(0);
});
