import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { advanceRounds } from "./advance-rounds.ts";
import { currentRounds } from "./current-rounds.ts";
import { getBet } from "./get-bet.ts";
import { getRound } from "./get-round.ts";
import { listUserBets } from "./list-user-bets.ts";
import { expectBalancedBooks, roundsHarness } from "./testing/index.ts";

test("a round opens, takes bets, locks, settles and pays, by itself, with the books balancing at each step", async () => {
  await using house = await roundsHarness();
  const { deps, by, oracle, scratch } = house;
  // Friday 2026-11-20, 07:00 in New York: the window of that day's session contains now.
  await advanceRounds(deps, { by });
  const first = await currentRounds(deps, {});
  expect(first.open?.code).toBe("20261120");
  expect(first.open?.lockAt.toString()).toBe("2026-11-20T20:59:59Z");
  expect(first.opensNextAt?.toString()).toBe("2026-11-20T20:59:59Z");

  const [ann, bob, cat] = [
    await house.user(1_000n),
    await house.user(1_000n),
    await house.user(1_000n),
  ];
  const { bet: annsBet } = await house.bet(ann, "UP", 100n);
  await house.bet(bob, "UP", 200n);
  await house.bet(cat, "DOWN", 1_000n);
  await expectBalancedBooks(house);
  expect((await getRound(deps, { code: "20261120" })).poolUp).toEqual(microUsdc(300n));

  await scratch.setClock("2026-11-20T20:59:59Z");
  expect((await getRound(deps, { code: "20261120" })).state).toBe("LOCKED");
  await expect(house.bet(ann, "UP", 1n, { roundCode: "20261120" })).rejects.toMatchObject({
    code: "ROUND_NOT_OPEN",
  });
  const { bet: next } = await house.bet(ann, "DOWN", 5n);
  expect(next.roundCode).toBe("20261123");
  await expectBalancedBooks(house);

  oracle.script("2026-11-19", { kind: "right", price: "100.0" });
  oracle.script("2026-11-20", { kind: "right", price: "100.01" });
  await scratch.setClock("2026-11-20T21:05:00Z");
  const advanced = await advanceRounds(deps, { by });
  expect(advanced?.finished).toEqual(["20261120"]);
  await expectBalancedBooks(house);

  const settled = await getRound(deps, { code: "20261120" });
  expect(settled).toMatchObject({
    state: "SETTLED",
    outcome: "UP",
    fee: 10n,
    poolUp: 300n,
    poolDown: 1_000n,
  });
  expect(await house.available(ann)).toBe(1_000n - 5n + 330n);
  expect(await house.available(bob)).toBe(1_000n + 660n);
  expect(await house.available(cat)).toBe(0n);
  expect(await getBet(deps, { betId: annsBet.id })).toMatchObject({ state: "WON", payout: 430n });
  const bets = await listUserBets(deps, { userId: ann, limit: 10 });
  expect(bets.items.map(({ roundCode, state }) => [roundCode, state])).toEqual([
    ["20261123", "PLACED"],
    ["20261120", "WON"],
  ]);
});
