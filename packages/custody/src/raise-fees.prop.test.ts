import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Fees } from "./chain-sender.ts";
import { raiseFees } from "./raise-fees.ts";

const wei = fc.bigInt(0n, 10n ** 13n);

const fees: fc.Arbitrary<Fees> = fc
  .tuple(wei, wei)
  .map(([a, b]) => (a > b ? [a, b] : [b, a]))
  .map(([most = 0n, tip = 0n]) => ({ maxFeePerGas: most, maxPriorityFeePerGas: tip }));

test("fees that take another's place are an eighth higher, as high as asked, whole, and within the limit", () => {
  fc.assert(
    fc.property(fees, fees, wei, (before, now, limit) => {
      const raised = raiseFees(before, now, limit);
      if (raised === undefined) return;
      for (const price of ["maxFeePerGas", "maxPriorityFeePerGas"] as const) {
        expect(raised[price] * 8n).toBeGreaterThanOrEqual(before[price] * 9n);
        expect(raised[price]).toBeGreaterThanOrEqual(now[price]);
      }
      expect(raised.maxFeePerGas).toBeGreaterThanOrEqual(raised.maxPriorityFeePerGas);
      expect(raised.maxFeePerGas).toBeLessThanOrEqual(limit);
    }),
  );
});

test("they wait exactly where the least that would do is above the limit", () => {
  const before = { maxFeePerGas: 81n, maxPriorityFeePerGas: 9n };
  const now = { maxFeePerGas: 10n, maxPriorityFeePerGas: 1n };
  const raised = { maxFeePerGas: 92n, maxPriorityFeePerGas: 11n };
  expect(raiseFees(before, now, 92n)).toEqual(raised);
  expect(raiseFees(before, now, 91n)).toBeUndefined();
  expect(raiseFees(before, { ...now, maxFeePerGas: 93n }, 92n)).toBeUndefined();
});
