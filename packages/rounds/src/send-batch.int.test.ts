import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { openDatabase, transact } from "@closebell/database";
import { errorOf } from "@closebell/database/testing";
import { microUsdc } from "@closebell/money";
import { advanceRounds } from "./advance-rounds.ts";
import { createBetIntake } from "./bet-batcher.ts";
import type { BetReceipt } from "./bet-intake.ts";
import type { WaitingBet } from "./bet-queue.ts";
import { createRoundFinder } from "./find-batch-round.ts";
import { sendBatch } from "./send-batch.ts";
import { roundsHarness } from "./testing/index.ts";
import { takeFence } from "./write-state.ts";

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

test("bets whose round is kept from them are refused together, once, and may be sent again", async () => {
  await using house = await roundsHarness();
  const { deps, by, scratch } = house;
  await advanceRounds(deps, { by });
  const users = await Promise.all(Array.from({ length: 4 }, () => house.user(10n)));
  const database = openDatabase({ url: scratch.url, statementTimeoutMs: 300 });
  let sent = 0;
  const ids = { ...deps.ids, uuid: () => ((sent += 1), deps.ids.uuid()) };
  const intake = createBetIntake({ ...deps, database, ids }, { shards: 1 });
  const place = (userId: string) => {
    const bet = { side: "UP", stake: microUsdc(1n), idempotencyKey: userId } as const;
    return intake.place({ by, userId, ...bet });
  };
  await transact(deps, async (work) => {
    await takeFence(work, 2_026_112_001);
    const refusals = await Promise.all(users.map((userId) => errorOf(place(userId))));
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: "OVERLOADED" });
  });
  expect(sent).toBe(users.length);
  const placed = await Promise.all(users.map(place));
  expect(placed.map(({ replayed }) => replayed)).toEqual(users.map(() => false));
  await intake.close();
  await database.close();
});
