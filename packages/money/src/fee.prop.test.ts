import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { feeOf } from "./index.ts";
import { feesBps, losingPools } from "./testing.ts";

test("the fee is the whole units of the exact fee, and never more than the losing pool", () => {
  fc.assert(
    fc.property(losingPools, feesBps, (pool, feeBps) => {
      const fee = feeOf(pool, feeBps);
      const shortfall = pool * BigInt(feeBps) - fee * 10_000n;
      expect(shortfall >= 0n && shortfall < 10_000n).toBe(true);
      expect(fee <= pool).toBe(true);
    }),
  );
});
