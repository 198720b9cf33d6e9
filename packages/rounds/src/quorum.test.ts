import { describe, expect, test } from "bun:test";
import { failureOf, judgeAnswers, type SourceVerdict } from "./judge-answers.ts";
import type { SourceRule } from "./types.ts";

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
const silent: SourceVerdict = { source: "silent", failure: "timeout", detail: "" };

const judge = (sourceRule: SourceRule, verdicts: readonly SourceVerdict[], toleranceBps = 0) =>
  judgeAnswers(verdicts, { sourceRule, toleranceBps, guardBps: 3_000 });
const kind = (...args: Parameters<typeof judge>) => judge(...args).verdict.kind;

test("of several, the first that answers counts and leaves the others alone", () => {
  expect(judge("first", [silent, answer("a", "100", "150")]).verdict).toEqual({
    kind: "guard",
    source: "a",
    close: "150",
    previousClose: "100",
  });
});

describe("all that must agree", () => {
  const first = answer("a", "100", "101");

  test("answer the same, whatever the zeros", () => {
    expect(kind("all-agree", [first, answer("b", "100.0", "101.0")])).toBe("prices");
    expect(kind("all-agree", [first, answer("b", "100", "101.01")])).toBe("none");
    expect(kind("all-agree", [first, answer("b", "100.5", "101")])).toBe("none");
    expect(kind("all-agree", [first, silent])).toBe("none");
    expect(kind("all-agree", [])).toBe("none");
  });

  test("answer within the tolerance of the first one, to the last digit, on both days", () => {
    const tolerance = 10;
    expect(kind("all-agree", [first, answer("b", "100.1", "101.101")], tolerance)).toBe("prices");
    expect(kind("all-agree", [first, answer("b", "99.9", "100.899")], tolerance)).toBe("prices");
    expect(kind("all-agree", [first, answer("b", "100.1", "101.1010001")], tolerance)).toBe("none");
    expect(kind("all-agree", [first, answer("b", "100.1000001", "101")], tolerance)).toBe("none");
  });

  test("are within the tolerance of the first, not only of one another", () => {
    const chain = [first, answer("b", "100", "101.1"), answer("c", "100", "101.2")];
    expect(kind("all-agree", chain, 10)).toBe("none");
    expect(kind("all-agree", [chain[1] ?? silent, first, chain[2] ?? silent], 10)).toBe("prices");
  });

  test("are on the same side, however near they are", () => {
    const apart = [answer("a", "100", "100.01"), answer("b", "100.01", "100.01")];
    const judged = judge("all-agree", apart, 100);
    expect(judged.verdict).toEqual({ kind: "none" });
    expect(judged.verdicts).toEqual([
      { source: "a", failure: "disagreeing", detail: "a: 100, 100.01; b: 100.01, 100.01" },
      { source: "b", failure: "disagreeing", detail: "a: 100, 100.01; b: 100.01, 100.01" },
    ]);
  });

  test("say how many are missing where one keeps silent", () => {
    const { verdicts } = judge("all-agree", [first, silent]);
    expect(verdicts).toEqual([
      {
        source: "a",
        failure: "no-quorum",
        detail: "1 of 2 sources gave a valid answer; 2 must",
      },
      silent,
    ]);
  });
});

describe("the median", () => {
  const low = answer("low", "100", "99");
  const middle = answer("middle", "50", "50.5");
  const high = answer("high", "100", "103");

  test("is the source in the middle of three by its own move, with both of its closes", () => {
    expect(judge("median", [high, low, middle]).verdict).toEqual({
      kind: "prices",
      source: "middle",
      close: "50.5",
      previousClose: "50",
    });
  });

  test("of two is the first listed, where both are on one side", () => {
    expect(judge("median", [high, middle, silent]).verdict).toMatchObject({ source: "high" });
    expect(judge("median", [middle, silent, high]).verdict).toMatchObject({ source: "middle" });
    expect(kind("median", [low, silent, high])).toBe("none");
  });

  test("of four is of the two in the middle, whatever the outer two say", () => {
    const four = [answer("wild", "100", "129"), low, high, middle];
    expect(judge("median", four).verdict).toMatchObject({ source: "high" });
    expect(kind("median", [low, answer("lower", "100", "98"), high, middle])).toBe("none");
  });

  test("needs most of all that were asked", () => {
    expect(kind("median", [middle, silent, { ...silent, source: "too" }])).toBe("none");
    expect(kind("median", [middle, high, silent, { ...silent, source: "too" }])).toBe("none");
    expect(kind("median", [middle])).toBe("prices");
  });

  test("lets no source alone trip the guard, but waits where the middle moved above it", () => {
    const wild = answer("wild", "100", "900");
    expect(kind("median", [low, middle, wild])).toBe("prices");
    expect(kind("median", [middle, wild, answer("wilder", "100", "901")])).toBe("guard");
    expect(kind("median", [middle, wild])).toBe("guard");
  });
});

test("an answer for another date, or without a price above zero, is no valid close", () => {
  const close = { price: "1", date: "2026-11-20", source: "a", raw: "", hash: "" };
  const asOf = Temporal.Instant.from("2026-11-20T21:00:00Z");
  expect(failureOf({ ...close, asOf }, "2026-11-20")).toBeUndefined();
  expect(failureOf({ ...close, asOf }, "2026-11-23")).toMatchObject({ failure: "wrong-date" });
  for (const price of ["0", "-1", "1e5", "NaN", ""]) {
    expect(failureOf({ ...close, asOf, price }, "2026-11-20")).toMatchObject({
      failure: "not-positive",
    });
  }
});
