import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { cutOf, microUsdc, payoutOf, quotePayout } from "./index.ts";
import { decidedRounds } from "./testing.ts";

test("settlement pays what was quoted, or one unit more", () => {
  fc.assert(
    fc.property(decidedRounds, fc.constantFrom("UP" as const, "DOWN" as const), (round, side) => {
      const { winningPool, losingPool, feeBps, fee, stakes } = round;
      const division = { ...round, cut: cutOf(round) };
      for (const { id, stake } of stakes) {
        const own = microUsdc(winningPool - stake);
        const pools =
          side === "UP"
            ? { poolUp: own, poolDown: losingPool }
            : { poolUp: losingPool, poolDown: own };
        const quoted = quotePayout({ ...pools, feeBps, side, stake });
        expect([0n, 1n]).toContain(payoutOf(stake, id, division) - quoted.payout);
        expect(quoted.payout - quoted.profit).toBe(stake);
        expect(quoted.fee).toBe(fee);
        expect(quoted.oneSided).toBe(losingPool === 0n);
      }
    }),
    { numRuns: 500 },
  );
});
