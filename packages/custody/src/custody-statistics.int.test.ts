import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { custodyStatistics } from "./custody-statistics.ts";
import { rejectWithdrawal } from "./reject-withdrawal.ts";
import { by, custodyScene, outside } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const NONE = {
  deposits: { SEEN: 0, CONFIRMED: 0, SUSPENDED: 0, REORGED: 0 },
  withdrawals: {
    REQUESTED: 0,
    APPROVED: 0,
    SIGNED: 0,
    BROADCAST: 0,
    MINED: 0,
    NEEDS_REVIEW: 0,
    FAILED: 0,
    REJECTED: 0,
  },
};

test("nothing waits where nothing is", async () => {
  await using scene = await custodyScene();
  expect(await custodyStatistics(scene.deps)).toEqual({
    ...NONE,
    oldestPendingDepositSeconds: null,
    oldestPendingWithdrawalSeconds: null,
  });
});

test("what waits is counted by state, and by how long the oldest has waited", async () => {
  await using scene = await custodyScene();
  const { chain, deps, scratch } = scene;
  const userId = await scene.player(100n);
  const rejected = await scene.withdraw(userId, 1n, "a");
  await rejectWithdrawal(deps, { by, withdrawalId: rejected });
  await scene.withdraw(userId, 1n, "b");
  chain.pay(await scene.addressOf(userId), 1n);
  chain.mine();
  await scene.advance();
  await scratch.setClock("2026-11-20T12:01:00Z");
  await scene.withdraw(userId, 1n, "c");
  await scene.withdraw(userId, 1n, "d");
  chain.pay(await scene.addressOf(userId), 1n);
  chain.mine();
  await scratch.setClock("2026-11-20T12:01:30Z");
  expect(await custodyStatistics(deps)).toEqual({
    deposits: { ...NONE.deposits, SEEN: 1 },
    withdrawals: { ...NONE.withdrawals, REQUESTED: 2, BROADCAST: 1, REJECTED: 1 },
    oldestPendingDepositSeconds: 90,
    oldestPendingWithdrawalSeconds: 90,
  });
});

test("what needs a person is counted, and waits like the rest; what was set aside does not", async () => {
  await using scene = await custodyScene(scriptedChain({ simulated: false }), {
    depositMinimum: microUsdc(5n),
  });
  const { chain, deps, scratch } = scene;
  const userId = await scene.player(100n);
  chain.pay(chain.hotWallet, 100n);
  chain.pay(await scene.addressOf(userId), 1n);
  await scene.settle();
  chain.miner.rules.blacklist.add(outside());
  await scene.withdraw(userId, 10n, "k");
  await scene.settle();
  await scratch.setClock("2026-11-20T12:00:10Z");
  expect(await custodyStatistics(deps)).toEqual({
    deposits: { ...NONE.deposits, SUSPENDED: 1 },
    withdrawals: { ...NONE.withdrawals, NEEDS_REVIEW: 1 },
    oldestPendingDepositSeconds: null,
    oldestPendingWithdrawalSeconds: 10,
  });
});
