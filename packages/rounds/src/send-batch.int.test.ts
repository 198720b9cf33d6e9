import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { microUsdc } from "@closebell/money";
import { advanceRounds } from "./advance-rounds.ts";
import type { BetReceipt } from "./bet-intake.ts";
import type { WaitingBet } from "./bet-queue.ts";
import { createRoundFinder } from "./find-batch-round.ts";
import { sendBatch } from "./send-batch.ts";
import { roundsHarness } from "./testing/index.ts";

test("a bet that names no round and waited for its account over a lock goes to the round that is open now", async () => {
  await using house = await roundsHarness();
  const { deps, by, scratch } = house;
  await advanceRounds(deps, { by });
  const userId = await house.user(10n);
  const finder = createRoundFinder(deps);
  await scratch.setClock("2026-11-20T20:59:58Z");
  expect((await finder.find({})).code).toBe("20261120");
  await scratch.setClock("2026-11-20T20:59:59Z");
  const { promise, resolve, reject } = Promise.withResolvers<BetReceipt>();
  const waiting: WaitingBet[] = [];
  const route = {
    deps,
    finder,
    stripe: 0,
    patienceMs: 0,
    again: (bet: WaitingBet) => void waiting.push(bet),
  };
  const request = {
    by,
    userId,
    side: "UP",
    stake: microUsdc(1n),
    idempotencyKey: randomUUID(),
  } as const;
  await sendBatch(route, [{ request, tries: 1, moved: false, resolve, reject }]);
  expect(waiting).toMatchObject([{ tries: 1, moved: true }]);
  await sendBatch(route, waiting.splice(0));
  finder.close();
  expect((await promise).bet.roundCode).toBe("20261123");
});
