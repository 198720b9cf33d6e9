import { describe, expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { decideOutcome, sideOf } from "./decide-outcome.ts";
import { compareMoves, comparePrices, exceedsGuard, isPositivePrice } from "./price.ts";

describe("prices are exact decimals", () => {
  test.each([
    ["1.10", "1.1", 0],
    ["0.1", "0.10000000000000001", -1],
    ["13857.840", "13857.84", 0],
    ["9007199254740993", "9007199254740992", 1],
    ["-1", "1", -1],
  ] as const)("%s against %s", (a, b, order) => {
    expect(comparePrices(a, b)).toBe(order);
  });

  test("above zero, without exponent, sign or spaces", () => {
    expect(["1", "0.01", "13857.840"].map(isPositivePrice)).toEqual([true, true, true]);
    for (const text of ["0", "0.00", "-1", "+1", "1e3", " 1", "1.", ".5", "", "NaN", "1,5"]) {
      expect([text, isPositivePrice(text)]).toEqual([text, false]);
    }
  });

  test("a move is above the guard only beyond it, either way", () => {
    expect(exceedsGuard("100", "130", 3000)).toBe(false);
    expect(exceedsGuard("100", "130.000001", 3000)).toBe(true);
    expect(exceedsGuard("100", "70", 3000)).toBe(false);
    expect(exceedsGuard("100", "69.999999", 3000)).toBe(true);
  });

  test("moves are compared exactly, each by its own measure", () => {
    const move = (previous: string, close: string) => ({ previous, close });
    expect(compareMoves(move("100", "101"), move("25.00", "25.25"))).toBe(0);
    expect(compareMoves(move("3", "4"), move("0.3", "0.4000000000000001"))).toBe(-1);
    expect(compareMoves(move("100", "99"), move("10", "9.8"))).toBe(1);
  });

  test("a tie is DOWN", () => {
    expect([sideOf("100", "100.00"), sideOf("100", "100.01"), sideOf("100", "99.99")]).toEqual([
      "DOWN",
      "UP",
      "DOWN",
    ]);
  });
});

const pools = (up: bigint, down: bigint) => ({ UP: microUsdc(up), DOWN: microUsdc(down) });

describe("the outcome, first match", () => {
  test("void keeps nothing, whatever the pools", () => {
    for (const reason of ["CANCELLED_SESSION", "ORACLE_TIMEOUT", "OPERATOR"] as const) {
      expect(decideOutcome({ kind: "void", reason }, pools(5n, 5_000n), 100)).toMatchObject({
        outcome: "VOID",
        voidReason: reason,
        fee: 0n,
        distributable: 0n,
      });
    }
  });

  test("no bets is settled, nobody right is void, nobody wrong costs nothing", () => {
    const up = { kind: "side", side: "UP" } as const;
    expect(decideOutcome(up, pools(0n, 0n), 100)).toMatchObject({ outcome: "UP", fee: 0n });
    expect(decideOutcome(up, pools(0n, 1n), 100)).toMatchObject({
      outcome: "VOID",
      voidReason: "NO_WINNERS",
    });
    expect(decideOutcome(up, pools(1n, 0n), 100)).toMatchObject({
      outcome: "UP",
      fee: 0n,
      distributable: 0n,
    });
    expect(decideOutcome(up, pools(1n, 1_999n), 100)).toMatchObject({
      fee: 19n,
      distributable: 1_980n,
    });
  });
});
