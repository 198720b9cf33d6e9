import { describe, expect, test } from "bun:test";
import { MAX_POOL, microUsdc, quotePayout } from "./index.ts";

const quote = (side: "UP" | "DOWN", stake: bigint, poolUp: bigint, poolDown: bigint) =>
  quotePayout({
    poolUp: microUsdc(poolUp),
    poolDown: microUsdc(poolDown),
    feeBps: 100,
    side,
    stake: microUsdc(stake),
  });

const answer = (payout: bigint, profit: bigint, fee: bigint, oneSided: boolean) => ({
  payout: microUsdc(payout),
  profit: microUsdc(profit),
  fee: microUsdc(fee),
  oneSided,
});

test("the stake joins its own side and shares the other, less the fee", () => {
  expect(quote("UP", 1_000n, 3_000n, 10_000n)).toEqual(answer(3_475n, 2_475n, 100n, false));
  expect(quote("DOWN", 1_000n, 3_000n, 10_000n)).toEqual(answer(1_270n, 270n, 30n, false));
});

test("a fraction of a unit is not promised", () => {
  expect(quote("UP", 1n, 2n, 10n)).toEqual(answer(4n, 3n, 0n, false));
});

describe("one-sided and empty pools", () => {
  test("nobody on the losing side: stake back, no fee", () => {
    expect(quote("UP", 500n, 10_000n, 0n)).toEqual(answer(500n, 0n, 0n, true));
    expect(quote("DOWN", 500n, 0n, 10_000n)).toEqual(answer(500n, 0n, 0n, true));
  });

  test("nobody else on the winning side: all of the other", () => {
    expect(quote("UP", 1n, 0n, 10_000n)).toEqual(answer(9_901n, 9_900n, 100n, false));
  });

  test("nobody at all: stake back", () => {
    expect(quote("DOWN", 500n, 0n, 0n)).toEqual(answer(500n, 0n, 0n, true));
  });
});

describe("refuses with RangeError", () => {
  test.each([
    ["a stake of 0", () => quote("UP", 0n, 5n, 5n), "A stake of 0"],
    ["a negative stake", () => quote("UP", -1n, 5n, 5n), "A stake of -1"],
    ["a negative own pool", () => quote("UP", 5n, -1n, 5n), "The pool of the side is -1"],
    ["a negative other pool", () => quote("UP", 5n, 5n, -1n), "The losing pool is -1"],
    ["a stake the pool has no room for", () => quote("UP", 1n, MAX_POOL, 5n), "with this stake"],
  ])("%s", (_, attempt, message) => {
    expect(attempt).toThrow(RangeError);
    expect(attempt).toThrow(message);
  });
});
