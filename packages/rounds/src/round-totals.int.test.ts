import { expect, test } from "bun:test";
import { byTwo } from "@closebell/database/testing";
import { advanceRounds } from "./advance-rounds.ts";
import { roundTotals } from "./round-totals.ts";
import { settleRound } from "./settle-round.ts";
import { roundsHarness } from "./testing/rounds-harness.ts";

test("adds up finished rounds only: sides, ties, voids, and where every stake went", async () => {
  await using house = await roundsHarness();
  const { deps, by, oracle, scratch } = house;
  await advanceRounds(deps, { by });
  const [ann, bob] = [await house.user(10_000n), await house.user(10_000n)];
  expect(await roundTotals(deps, {})).toMatchObject({ rounds: 0n, bets: 0n, stakedMicroUsdc: 0n });

  const closes = { "2026-11-19": "100", "2026-11-20": "100.0", "2026-11-23": "101" };
  for (const [date, price] of Object.entries(closes)) oracle.script(date, { kind: "right", price });
  // a tie, which DOWN wins: fee 3 of 300
  await house.bet(ann, "DOWN", 100n);
  await house.bet(bob, "UP", 300n);
  await scratch.setClock("2026-11-20T21:05:00Z");
  await advanceRounds(deps, { by });
  // UP, with nobody against it
  await house.bet(ann, "UP", 50n);
  await scratch.setClock("2026-11-23T21:05:00Z");
  await advanceRounds(deps, { by });
  // void
  await house.bet(ann, "UP", 7n);
  await house.bet(bob, "DOWN", 8n);
  await byTwo(settleRound)(deps, { by, code: "20261124", result: "VOID" });
  // open: not counted
  await house.bet(bob, "DOWN", 9n, { roundCode: "20261125" }).catch(() => undefined);

  expect(await roundTotals(deps, { market: "NDX" })).toEqual({
    rounds: 3n,
    up: 1n,
    down: 1n,
    voided: 1n,
    ties: 1n,
    bets: 5n,
    stakedMicroUsdc: 465n,
    paidMicroUsdc: 397n + 50n,
    feesMicroUsdc: 3n,
    refundedMicroUsdc: 15n,
  });
});

test("a market that is not there is refused", async () => {
  await using house = await roundsHarness();
  await expect(roundTotals(house.deps, { market: "XYZ" })).rejects.toMatchObject({
    code: "MARKET_NOT_FOUND",
  });
});
