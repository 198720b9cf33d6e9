import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { chainStatus } from "./chain-status.ts";
import { pauseWithdrawals } from "./pause-withdrawals.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const statusOf = ({ deps, chain }: Scene) => chainStatus(deps, { chain: chain.name });

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

test("a chain nobody has read yet is behind by all its blocks", async () => {
  const cold = outside(0xc01d);
  await using scene = await custodyScene(
    scriptedChain({ simulated: false, startBlock: 5n, coldWallet: cold, keys: false }),
  );
  const { chain } = scene;
  const { latest, final } = await chain.head();
  expect(await statusOf(scene)).toEqual({
    chain: "scripted",
    simulated: false,
    latest,
    final,
    cursor: null,
    blocksBehind: 6,
    hotWallet: {
      address: chain.hotWallet,
      balanceMicroUsdc: microUsdc(0n),
      gasWei: 10n ** 21n,
    },
    coldWallet: { address: cold, balanceMicroUsdc: microUsdc(0n) },
    pausedAt: null,
    pauseReason: null,
    ...NONE,
    nextNonce: 0,
    oldestPayment: null,
    signs: false,
  });
});

test("it tells what is read, held, counted, stopped and under way", async () => {
  await using scene = await custodyScene(scriptedChain({ simulated: false }));
  const { chain, deps } = scene;
  chain.pay(chain.hotWallet, 100n);
  const userId = await scene.player(50n);
  await scene.settle();
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  await scene.advance();
  chain.pay(await scene.addressOf(userId), 5n);
  chain.miner.ignoring = true;
  chain.mine();
  await scene.advance();
  const read = (await chain.head()).latest;
  chain.mine(2);
  await pauseWithdrawals(deps, { by: { ...by, reason: "looking" }, chain: chain.name });
  const status = await statusOf(scene);
  expect(status).toMatchObject({
    cursor: read,
    blocksBehind: 2,
    hotWallet: { balanceMicroUsdc: microUsdc(100n) },
    coldWallet: null,
    pauseReason: "looking",
    deposits: { ...NONE.deposits, SEEN: 1 },
    withdrawals: { ...NONE.withdrawals, BROADCAST: 1 },
    nextNonce: 1,
    oldestPayment: {
      withdrawal: withdrawalId,
      purpose: "withdrawal",
      nonce: 0,
      state: "BROADCAST",
    },
    signs: true,
  });
  expect(status.pausedAt?.toString()).toBe("2026-11-20T12:00:00Z");
});

test("of another chain, or of one that says nothing, nothing is told", async () => {
  await using scene = await custodyScene();
  expect((await statusOf(scene)).simulated).toBe(true);
  expect(await refusalOf(chainStatus(scene.deps, { chain: "other" }))).toBe("CHAIN_NOT_FOUND");
  scene.chain.node.down = true;
  expect(await refusalOf(statusOf(scene))).toBe("CHAIN_UNAVAILABLE");
});
