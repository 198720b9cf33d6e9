import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { advanceChain } from "./advance-chain.ts";
import type { Chain } from "./chain.ts";
import type { PaymentOrder } from "./chain-sender.ts";
import { getWithdrawal, withdrawalHistory } from "./get-withdrawal.ts";
import { by, custodyScene, outside, type Scene } from "./testing/custody-scene.ts";
import { switchOf } from "./withdrawal-switch.ts";

const withdrawalOf = (scene: Scene, withdrawalId: string) =>
  getWithdrawal(scene.deps, { withdrawalId });

const statesOf = async (scene: Scene, withdrawalId: string) =>
  (await withdrawalHistory(scene.deps, { withdrawalId })).map((event) => event.state);

const paid = ({ chain }: Scene, to = outside()) => BigInt(chain.usdcOf(to));

test("when its block vanishes a mined payment is on its way again, and is confirmed once in another", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  await scene.advance();
  chain.mine();
  await scene.advance();
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("MINED");
  chain.reorg(1);
  await scene.advance();
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("BROADCAST");
  await scene.settle();
  expect(await statesOf(scene, withdrawalId)).toEqual([
    "REQUESTED",
    "APPROVED",
    "SIGNED",
    "BROADCAST",
    "MINED",
    "BROADCAST",
    "MINED",
    "CONFIRMED",
  ]);
  expect(paid(scene)).toBe(30n);
  expect(await scene.balances(userId)).toMatchObject({ available: 70n, withdrawing: 0n });
});

test("a payment that a reorganisation loses altogether is handed in again", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  await scene.advance();
  chain.mine();
  await scene.advance();
  chain.reorg(1, { lost: () => true });
  await scene.settle();
  expect(paid(scene)).toBe(30n);
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "CONFIRMED",
    attempts: 1,
  });
});

test("a node that is behind does not undo what another told", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  await scene.advance();
  chain.mine();
  await scene.advance();
  chain.node.lag = 2;
  await scene.advance();
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("MINED");
  const forgetful: Chain = { ...chain, receipt: () => Promise.resolve(undefined) };
  chain.node.lag = 0;
  const { problems } = await advanceChain({ ...scene.deps, chains: [forgetful] }, { by });
  expect(problems).toMatchObject([
    { step: "confirmation", message: expect.stringContaining("stands, but not what was in it") },
  ]);
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("MINED");
});

test("a payment that the chain undoes goes to review, with the money still held", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  await scene.advance();
  chain.miner.rules.blacklist.add(outside());
  chain.mine();
  await scene.advance();
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("MINED");
  await scene.settle();
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "NEEDS_REVIEW",
    waitingFor: expect.stringContaining("undone the payment"),
  });
  expect(await scene.balances(userId)).toMatchObject({ available: 70n, withdrawing: 30n });
  expect(scene.errors).toContain("payment has ended without doing what it should");
  expect(await scene.wrong()).toEqual([]);
});

test("while the token is paused a withdrawal goes to review before anything is signed", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player(100n);
  chain.miner.rules.paused = true;
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  expect(await scene.advance()).toMatchObject({ approved: 1, review: 1, broadcast: 0 });
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "NEEDS_REVIEW",
    attempts: 0,
    waitingFor: expect.stringContaining("paused"),
  });
  expect(await scene.balances(userId)).toMatchObject({ available: 70n, withdrawing: 30n });
  expect(chain.miner.waiting()).toEqual([]);
});

/** The hot wallet's key signs something that this service knows nothing of, and it is mined. */
const elsewhere = async (
  { chain }: Scene,
  nonce: number,
  order: PaymentOrder = { kind: "nothing" },
): Promise<void> => {
  const fees = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 12n };
  const signed = await chain.sender?.sign({ order, nonce, gas: 100_000n, fees });
  await chain.broadcast(signed?.raw ?? "");
};

test("once its number is another's for good the money goes back, and payments pause themselves", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  await scene.advance();
  chain.miner.forget();
  await elsewhere(scene, 0);
  chain.mine();
  await scene.advance();
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("BROADCAST");
  chain.finalise();
  await scene.advance();
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("BROADCAST");
  await scene.expireClaims();
  expect(await scene.advance()).toMatchObject({ failed: 1 });
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "FAILED",
    failureReason: expect.stringContaining("another transaction"),
  });
  expect(await scene.balances(userId)).toMatchObject({ available: 100n, withdrawing: 0n });
  const { reason } = await switchOf(deps.database.orm, chain.name);
  expect(reason).toContain(`transaction 0 of ${chain.hotWallet} was not made here`);
  expect(await scene.wrong()).toEqual([]);
});

test("where a transaction the database has lost has paid, no money goes back by itself", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  await scene.advance();
  chain.miner.forget();
  const order = { kind: "usdc", to: outside(), amount: microUsdc(30n) } as const;
  await elsewhere(scene, 0, order);
  for (let pass = 0; pass < 3; pass += 1) {
    chain.finalise();
    await scene.advance();
    await scene.expireClaims();
  }
  expect(paid(scene)).toBe(30n);
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "NEEDS_REVIEW",
    waitingFor: expect.stringContaining(`${chain.standing.at(-1)?.tx}, not known here, paid`),
  });
  expect(await scene.balances(userId)).toMatchObject({ available: 70n, withdrawing: 30n });
  expect((await switchOf(deps.database.orm, chain.name)).pausedAt).not.toBeNull();
  expect(await scene.wrong()).toEqual([]);
});

test("as much paid to the same payee for another withdrawal is no sign of it", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player(100n);
  const first = await scene.withdraw(userId, 30n, "first");
  const second = await scene.withdraw(userId, 30n, "second");
  await scene.advance();
  const [lost] = chain.miner.waiting();
  chain.miner.forget(lost?.hash);
  await elsewhere(scene, 0);
  for (let pass = 0; pass < 3; pass += 1) {
    chain.finalise();
    await scene.advance();
    await scene.expireClaims();
  }
  const states = [await withdrawalOf(scene, first), await withdrawalOf(scene, second)];
  expect(states.map(({ state }) => state).toSorted()).toEqual(["CONFIRMED", "FAILED"]);
  expect(await scene.balances(userId)).toMatchObject({ available: 70n, withdrawing: 0n });
});

test("that nodes tell of different blocks for a while gives no money back that was paid", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  await scene.advance();
  chain.mine();
  chain.finalise();
  const forgetful: Chain = { ...chain, receipt: () => Promise.resolve(undefined) };
  await advanceChain({ ...scene.deps, chains: [forgetful] }, { by });
  await advanceChain({ ...scene.deps, chains: [forgetful] }, { by });
  await scene.advance();
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("CONFIRMED");
  expect(await scene.balances(userId)).toMatchObject({ available: 70n, withdrawing: 0n });
});

test("a node that has lost the receipt of a payment for good gives no money back while it tells the transfer", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  await scene.advance();
  chain.mine();
  chain.finalise();
  const forgetful: Chain = { ...chain, receipt: () => Promise.resolve(undefined) };
  const messages: string[] = [];
  for (let pass = 0; pass < 4; pass += 1) {
    const { problems } = await advanceChain({ ...deps, chains: [forgetful] }, { by });
    messages.push(...problems.map(({ message }) => message));
    await scene.expireClaims();
  }
  expect(messages).toHaveLength(3);
  expect(messages[0]).toContain("but has no receipt");
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("BROADCAST");
  await scene.advance();
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("CONFIRMED");
});
