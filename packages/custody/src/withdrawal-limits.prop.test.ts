import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import fc from "fast-check";
import { whyNotApproved } from "./withdrawal-limits.ts";

const amount = fc.bigInt(1n, 1000n).map(microUsdc);

test("what is approved by itself keeps every limit, and what keeps every limit is approved", () => {
  fc.assert(
    fc.property(amount, amount, amount, amount, amount, (asked, auto, total, perUser, done) => {
      const limits = { autoApproveUpTo: auto, dailyTotal: total, dailyPerUser: perUser };
      const today = { total: done, ofUser: done / 2n };
      const keeps =
        asked <= auto && today.total + asked <= total && today.ofUser + asked <= perUser;
      expect(whyNotApproved(limits, asked, today) === undefined).toBe(keeps);
    }),
  );
});

test("says which limit holds it back", () => {
  const limits = {
    autoApproveUpTo: microUsdc(50_000_000n),
    dailyTotal: microUsdc(100_000_000n),
    dailyPerUser: microUsdc(60_000_000n),
  };
  const why = (asked: bigint, total: bigint, ofUser: bigint) =>
    whyNotApproved(limits, microUsdc(asked), { total, ofUser });
  expect(why(50_000_001n, 0n, 0n)).toContain("two treasurers approve what is above 50");
  expect(why(30_000_000n, 40_000_000n, 30_000_001n)).toContain("the user has 30.000001");
  expect(why(30_000_000n, 70_000_001n, 0n)).toContain("70.000001 USDC of 100");
});
