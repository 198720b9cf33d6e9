import { describe, expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { decideOutcome, sideOf } from "./decide-outcome.ts";
import { findDisagreement, judgeVerdicts, type SourceVerdict } from "./judge-answers.ts";
import { comparePrices, exceedsGuard, isPositivePrice } from "./price.ts";

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

const answer = (source: string, previous: string, close: string): SourceVerdict => {
  const price = (value: string, date: string) => ({
    price: value,
    date,
    asOf: Temporal.Instant.from(`${date}T21:00:00Z`),
    source,
    raw: value,
    hash: "",
  });
  return {
    source,
    prices: { previous: price(previous, "2026-11-19"), close: price(close, "2026-11-20") },
  };
};
const silent: SourceVerdict = { source: "c", failure: "timeout", detail: "" };

describe("several sources", () => {
  test("that must agree need every answer, and every answer the same", () => {
    const judge = (verdicts: readonly SourceVerdict[]) =>
      judgeVerdicts(findDisagreement(verdicts, "all-agree"), "all-agree", 3000).kind;
    expect(judge([answer("a", "100", "101"), answer("b", "100.0", "101.0")])).toBe("prices");
    expect(judge([answer("a", "100", "101"), answer("b", "100", "101.01")])).toBe("none");
    expect(judge([answer("a", "100", "101"), answer("b", "100.5", "101")])).toBe("none");
    expect(judge([answer("a", "100", "101"), silent])).toBe("none");
    expect(judge([])).toBe("none");
  });

  test("of which the first that answers counts leave the others alone", () => {
    const verdicts = [silent, answer("a", "100", "150")];
    expect(judgeVerdicts(findDisagreement(verdicts, "first"), "first", 3000)).toEqual({
      kind: "guard",
      close: "150",
      previousClose: "100",
    });
  });
});
