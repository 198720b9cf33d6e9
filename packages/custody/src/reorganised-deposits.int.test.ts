import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import type { DepositState } from "./deposit-state.ts";
import { listDeposits } from "./list-deposits.ts";
import { custodyScene, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

/** Credited by one block below 100, by three below 1,000: both before they are final. */
const stepwise = {
  confirmations: [
    { below: microUsdc(100n), blocks: 1 },
    { below: microUsdc(1_000n), blocks: 3 },
    { blocks: "final" as const },
  ],
};

const realScene = (policy = {}): Promise<Scene> =>
  custodyScene(scriptedChain({ simulated: false, finalDepth: 4 }), policy);

const deposits = async (scene: Scene) => (await listDeposits(scene.deps, { limit: 100 })).items;

const statesOf = async (scene: Scene): Promise<readonly DepositState[]> =>
  (await deposits(scene)).map((deposit) => deposit.state);

const detailsOf = (scene: Scene) =>
  scene.scratch.owner.sql<{ state: string; detail: string }[]>`
    select state, detail from custody.deposit_event order by deposit, n`;

test("a deposit that vanishes before it counts moves nothing, and counts if it comes back", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const userId = await scene.player();
  const { tx } = chain.pay(await scene.addressOf(userId), 5n);
  chain.mine();
  await scene.advance();
  chain.reorg(1);
  expect((await scene.advance()).reorged).toBe(1);
  expect(await statesOf(scene)).toEqual(["REORGED"]);
  chain.mine(2);
  chain.finalise();
  expect((await scene.advance()).deposits).toBe(1);
  expect(await deposits(scene)).toMatchObject([{ tx, state: "CREDITED", final: true }]);
  expect(scene.errors).toEqual([]);
  expect((await scene.balances(userId)).available).toBe(5n);
  expect((await detailsOf(scene)).map((event) => event.state)).toEqual([
    "SEEN",
    "REORGED",
    "REORGED",
    "SEEN",
    "CONFIRMED",
    "CREDITED",
  ]);
  expect(await scene.wrong()).toEqual([]);
});

test("one that vanishes for good stays without money", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const userId = await scene.player();
  chain.pay(await scene.addressOf(userId), 5n);
  chain.mine();
  await scene.advance();
  chain.reorg(1, { lost: () => true });
  await scene.settle();
  expect(await statesOf(scene)).toEqual(["REORGED"]);
  expect(await scene.balances(userId)).toMatchObject({ available: 0n, custody: 0n, capital: 0n });
  expect(scene.errors).toEqual([]);
});

test("mined again in another block, it goes on from there without ever having vanished", async () => {
  await using scene = await realScene(stepwise);
  const { chain } = scene;
  const userId = await scene.player();
  chain.pay(await scene.addressOf(userId), 500n);
  chain.mine();
  await scene.advance();
  const [before] = await deposits(scene);
  chain.reorg(1);
  chain.mine();
  await scene.advance();
  const [after] = await deposits(scene);
  expect(after).toMatchObject({ state: "SEEN", blockNumber: (before?.blockNumber ?? 0n) + 2n });
  expect(after?.blockHash).not.toBe(before?.blockHash ?? "");
  chain.mine(2);
  await scene.advance();
  expect(await statesOf(scene)).toEqual(["CREDITED"]);
  expect(scene.errors).toEqual([]);
});

test("a credited deposit that vanishes is the house's loss; the user keeps what he may have spent", async () => {
  await using scene = await realScene(stepwise);
  const { chain } = scene;
  const userId = await scene.player();
  chain.pay(await scene.addressOf(userId), 50n);
  chain.mine();
  await scene.advance();
  await scene.withdraw(userId, 50n, "all");
  chain.reorg(1, { lost: () => true });
  expect((await scene.advance({ autoApproveUpTo: microUsdc(0n) })).reorged).toBe(1);
  expect(await statesOf(scene)).toEqual(["REORGED"]);
  expect(scene.errors).toContain(
    "the chain took back a credited deposit: house/capital bears the loss",
  );
  expect(await scene.balances(userId)).toEqual({
    available: 0n,
    withdrawing: 50n,
    capital: -50n,
    custody: 0n,
  });
  expect(await scene.wrong()).toEqual([]);
});

test("it may come back and vanish again: the house gains and loses, the user nothing", async () => {
  await using scene = await realScene(stepwise);
  const { chain } = scene;
  const userId = await scene.player();
  chain.pay(await scene.addressOf(userId), 50n);
  chain.mine();
  await scene.advance();
  for (let round = 0; round < 2; round += 1) {
    chain.reorg(1);
    await scene.advance();
    const gone = { available: 50n, capital: -50n, custody: 0n };
    expect(await scene.balances(userId)).toMatchObject(gone);
    await scene.scratch.setClock(`2026-11-2${round + 1}T00:00:00Z`);
    chain.mine();
    await scene.advance();
    const back = { available: 50n, capital: 0n, custody: 50n };
    expect(await scene.balances(userId)).toMatchObject(back);
  }
  await scene.settle();
  expect(await deposits(scene)).toMatchObject([{ state: "CREDITED", final: true }]);
  expect(await scene.wrong()).toEqual([]);
});

test("a transaction that pays another amount when it is mined again is reported and holds up nothing", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const { tx } = chain.pay(address, 5n);
  chain.mine();
  await scene.advance();
  chain.reorg(1, { lost: () => true });
  chain.pay(address, 6n, { tx });
  chain.pay(address, 7n);
  chain.mine();
  const { problems } = await scene.advance();
  expect(problems).toMatchObject([{ chain: "scripted", step: "deposits" }]);
  chain.finalise();
  await scene.advance();
  expect((await scene.balances(userId)).available).toBe(7n);
  expect((await statesOf(scene)).toSorted()).toEqual(["CREDITED", "REORGED"]);
  expect(await scene.wrong()).toEqual([]);
});
