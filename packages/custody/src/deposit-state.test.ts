import { describe, expect, test } from "bun:test";
import { pathOf, type DepositState, type Sighting } from "./deposit-state.ts";

const cases: readonly [DepositState, boolean, Sighting, readonly DepositState[]][] = [
  ["SEEN", false, "seen", []],
  ["SEEN", false, "confirmed", ["CONFIRMED", "CREDITED"]],
  ["SEEN", false, "reorged", ["REORGED"]],
  ["CONFIRMED", false, "seen", []],
  ["CONFIRMED", false, "confirmed", ["CREDITED"]],
  ["CONFIRMED", false, "reorged", ["REORGED"]],
  ["CREDITED", true, "seen", []],
  ["CREDITED", true, "confirmed", []],
  ["CREDITED", true, "reorged", ["REORGED"]],
  ["REORGED", false, "seen", ["SEEN"]],
  ["REORGED", false, "confirmed", ["SEEN", "CONFIRMED", "CREDITED"]],
  ["REORGED", false, "reorged", []],
  ["REORGED", true, "seen", []],
  ["REORGED", true, "confirmed", ["CREDITED"]],
  ["REORGED", true, "reorged", []],
];

describe("what a sighting does to a deposit", () => {
  test.each(cases)("%s (credited: %p) when %s", (state, credited, sighting, path) => {
    expect(pathOf({ state, credited }, sighting)).toEqual(path);
  });

  test.each(cases)("%s (credited: %p) when %s twice moves once", (state, credited, sighting) => {
    const path = pathOf({ state, credited }, sighting);
    const after = {
      state: path.at(-1) ?? state,
      credited: credited || path.includes("CREDITED"),
    };
    expect(pathOf(after, sighting)).toEqual([]);
  });
});
