import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import type { RoundRules } from "@closebell/rounds";
import { presentRules } from "./rules.ts";
import { simulatedFrom } from "./simulated.ts";

const rules = (change: Partial<RoundRules>): RoundRules => ({
  feeBps: 100,
  minStake: microUsdc(1n),
  maxStake: microUsdc(1_000n),
  guardBps: 3_000,
  onGraceEnd: "void",
  sources: ["massive:I:NDX", "twelve-data", "file"],
  sourceRule: "first",
  toleranceBps: 0,
  rulesVersion: 1,
  ...change,
});
const inWords = (change: Partial<RoundRules>): string => presentRules(rules(change)).prices;

test("whose closes count is said in words, as the market has it", () => {
  expect(inWords({ sources: ["massive:I:NDX"], sourceRule: "median" })).toBe(
    "Both closes are those that massive gives.",
  );
  expect(inWords({})).toContain(
    "first of these sources that gives valid closes counts: massive, twelve-data, file.",
  );
  expect(inWords({ sourceRule: "all-agree" })).toContain("their closes must equal the first one's");
  expect(inWords({ sourceRule: "all-agree", toleranceBps: 5 })).toContain(
    "their closes must be within 0.05 % of the first one's",
  );
  expect(inWords({ sourceRule: "median" })).toContain("Most of these sources must answer");
  for (const sourceRule of ["first", "all-agree", "median"] as const) {
    expect(inWords({ sourceRule })).toEndWith("Both closes are always of the same source.");
  }
});

test("a source is known by its name, whatever symbol it is asked for", () => {
  const { prices } = simulatedFrom(
    [
      { name: "file", simulated: true },
      { name: "massive", simulated: false },
    ],
    [],
  );
  expect(prices(["massive:I:NDX"])).toBe(false);
  expect(prices(["massive:I:NDX", "file:X"])).toBe(true);
  expect(prices(["simulated-b:X"])).toBe(true);
});
