import { describe, expect, test } from "bun:test";
import { DEPOSIT_STATES, pathOf, type DepositState, type Sighting } from "./deposit-state.ts";

type Was = "" | "credited" | "suspended";
type Case = readonly [
  DepositState,
  Was,
  Sighting,
  readonly DepositState[],
  readonly DepositState[],
];

// what becomes of one that is enough, and of one below the minimum
const cases: readonly Case[] = [
  ["SEEN", "", "seen", [], []],
  ["SEEN", "", "confirmed", ["CONFIRMED", "CREDITED"], ["CONFIRMED"]],
  ["SEEN", "", "final", ["CONFIRMED", "CREDITED"], ["CONFIRMED", "SUSPENDED"]],
  ["SEEN", "", "reorged", ["REORGED"], ["REORGED"]],
  ["CONFIRMED", "", "seen", [], []],
  ["CONFIRMED", "", "confirmed", ["CREDITED"], []],
  ["CONFIRMED", "", "final", ["CREDITED"], ["SUSPENDED"]],
  ["CONFIRMED", "", "reorged", ["REORGED"], ["REORGED"]],
  ["CREDITED", "credited", "seen", [], []],
  ["CREDITED", "credited", "confirmed", [], []],
  ["CREDITED", "credited", "final", [], []],
  ["CREDITED", "credited", "reorged", ["REORGED"], ["REORGED"]],
  ["SUSPENDED", "suspended", "seen", [], []],
  ["SUSPENDED", "suspended", "final", [], []],
  ["SUSPENDED", "suspended", "reorged", ["REORGED"], ["REORGED"]],
  ["REORGED", "", "seen", ["SEEN"], ["SEEN"]],
  ["REORGED", "", "final", ["SEEN", "CONFIRMED", "CREDITED"], ["SEEN", "CONFIRMED", "SUSPENDED"]],
  ["REORGED", "", "reorged", [], []],
  ["REORGED", "credited", "seen", ["CREDITED"], ["CREDITED"]],
  ["REORGED", "credited", "final", ["CREDITED"], ["CREDITED"]],
  ["REORGED", "credited", "reorged", [], []],
  ["REORGED", "suspended", "seen", ["SUSPENDED"], ["SUSPENDED"]],
];

const standing = (state: DepositState, was: Was, small: boolean) => ({
  state,
  credited: was === "credited",
  suspended: was === "suspended",
  small,
});

describe("what a sighting does to a deposit", () => {
  test.each(cases)("%s (was: %p) when %s", (state, was, sighting, enough, small) => {
    expect(pathOf(standing(state, was, false), sighting)).toEqual(enough);
    expect(pathOf(standing(state, was, true), sighting)).toEqual(small);
  });

  test.each(cases)("%s (was: %p) when %s twice moves once", (state, was, sighting) => {
    for (const small of [true, false]) {
      const path = pathOf(standing(state, was, small), sighting);
      const after = {
        state: path.at(-1) ?? state,
        credited: was === "credited" || path.includes("CREDITED"),
        suspended: was === "suspended" || path.includes("SUSPENDED"),
        small,
      };
      expect(pathOf(after, sighting)).toEqual([]);
    }
  });

  test("every state is covered", () => {
    expect(new Set(cases.map(([state]) => state))).toEqual(new Set(DEPOSIT_STATES));
  });
});
