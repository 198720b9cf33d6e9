import { expect, test } from "bun:test";
import { feeOf, MAX_POOL, microUsdc } from "./index.ts";

test.each([
  [0n, 100, 0n],
  [10_000n, 100, 100n],
  [199n, 100, 1n],
  [99n, 100, 0n],
  [12_345_678n, 250, 308_641n],
  [1_000_000n, 0, 0n],
  [1_000_001n, 10_000, 1_000_001n],
  [MAX_POOL, 100, 46_116_860_184_273_879n],
])("of %p at %p basis points the fee is %p: rounded down", (pool, feeBps, fee) => {
  expect(feeOf(microUsdc(pool), feeBps)).toBe(microUsdc(fee));
});

test.each([-1, 10_001, 1.5, Number.NaN, Infinity])("refuses %p basis points", (feeBps) => {
  expect(() => feeOf(microUsdc(1n), feeBps)).toThrow(RangeError);
});

test("refuses a pool below zero or beyond the largest", () => {
  expect(() => feeOf(microUsdc(-1n), 100)).toThrow("The losing pool is -1.");
  expect(() => feeOf(microUsdc(MAX_POOL + 1n), 100)).toThrow(RangeError);
});
