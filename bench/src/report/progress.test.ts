import { expect, test } from "bun:test";
import { timeLeft } from "./progress.ts";

const state = { expected: 100, expectedOfDone: 0, expectedOfCurrent: 20 };

test("at the start everything that is expected is left", () => {
  expect(timeLeft({ ...state, spent: 0, spentOnCurrent: 0 })).toBe(100);
  expect(timeLeft({ ...state, spent: 5, spentOnCurrent: 5 })).toBe(95);
});

test("a measurement that takes longer than expected is soon over", () => {
  expect(timeLeft({ ...state, spent: 50, spentOnCurrent: 50 })).toBe(80);
});

test("the rest is expected to be as slow as what is done", () => {
  const half = { ...state, expectedOfDone: 40 };
  expect(timeLeft({ ...half, spent: 80, spentOnCurrent: 0 })).toBe(120);
  expect(timeLeft({ ...half, spent: 90, spentOnCurrent: 10 })).toBe(110);
});
