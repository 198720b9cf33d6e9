import { describe, expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { isConfirmed } from "./confirmations.ts";

const steps = [
  { below: microUsdc(100n), blocks: 3 },
  { below: microUsdc(1_000n), blocks: 12 },
  { blocks: "final" as const },
];

const cases: readonly (readonly [bigint, bigint, boolean, boolean])[] = [
  [99n, 2n, false, false],
  [99n, 3n, false, true],
  [100n, 3n, false, false],
  [100n, 11n, false, false],
  [999n, 12n, false, true],
  [1_000n, 12n, false, false],
  [1_000n, 10_000n, false, false],
  [1_000n, 1n, true, true],
  [1n, 1n, true, true],
];

describe("a deposit is confirmed", () => {
  test.each(cases)("%i under %i blocks, final: %p: %p", (amount, blocks, final, confirmed) => {
    expect(isConfirmed(steps, microUsdc(amount), { blocks, final })).toBe(confirmed);
  });

  test("what no step covers waits for the end", () => {
    expect(isConfirmed([], microUsdc(1n), { blocks: 1_000n, final: false })).toBe(false);
    expect(isConfirmed([], microUsdc(1n), { blocks: 1n, final: true })).toBe(true);
    const upTo = steps.slice(0, 1);
    expect(isConfirmed(upTo, microUsdc(100n), { blocks: 1_000n, final: false })).toBe(false);
  });
});
