import { expect, test } from "bun:test";
import { getWithdrawal, withdrawalHistory } from "./get-withdrawal.ts";
import { custodyScene, outside, type Scene } from "./testing/custody-scene.ts";

/** As if whatever is not mined had been waiting for too long. */
const STUCK = { replaceAfterSeconds: 0 };

const withdrawalOf = (scene: Scene, withdrawalId: string) =>
  getWithdrawal(scene.deps, { withdrawalId });

const paid = ({ chain }: Scene, to = outside()) => BigInt(chain.usdcOf(to));

const attempts = (scene: Scene) =>
  scene.scratch.owner.sql<{ n: number; hash: string; fee: string; tip: string }[]>`
    select n, hash, max_fee_per_gas as fee, max_priority_fee_per_gas as tip
    from custody.payment_attempt order by payment, n`;

test("a stuck payment is signed anew with an eighth more, under the same number, and paid once", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  await scene.advance();
  const first = await withdrawalOf(scene, withdrawalId);
  await scene.advance(STUCK);
  const second = await withdrawalOf(scene, withdrawalId);
  expect(second).toMatchObject({ state: "BROADCAST", attempts: 2 });
  expect(second.tx).not.toBe(first.tx);
  expect(chain.miner.waiting()).toMatchObject([{ hash: second.tx, nonce: 0 }]);
  const [before, after] = await attempts(scene);
  for (const price of ["fee", "tip"] as const) {
    const least = BigInt(before?.[price] ?? 0) * 9n;
    expect(BigInt(after?.[price] ?? 0) * 8n).toBeGreaterThanOrEqual(least);
  }
  await scene.settle();
  expect(paid(scene)).toBe(30n);
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "CONFIRMED",
    tx: second.tx,
  });
  const details = (await withdrawalHistory(scene.deps, { withdrawalId })).map(
    (event) => event.detail,
  );
  expect(details).toContain(`signed again with higher fees as ${second.tx}`);
});

test("the first of several signatures may be the one that is mined", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  await scene.advance();
  const { tx } = await withdrawalOf(scene, withdrawalId);
  const [waiting] = chain.miner.waiting();
  await scene.advance(STUCK);
  chain.miner.forget();
  if (waiting !== undefined) chain.miner.take(waiting);
  await scene.settle();
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({ state: "CONFIRMED", tx });
  expect(paid(scene)).toBe(30n);
  expect(await scene.wrong()).toEqual([]);
});

test("only the payment that holds up the others is signed anew", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  for (const key of ["a", "b", "c"]) await scene.withdraw(userId, 1n, key);
  scene.chain.miner.ignoring = true;
  await scene.advance();
  await scene.advance(STUCK);
  expect((await attempts(scene)).map(({ n }) => n).toSorted((a, b) => a - b)).toEqual([1, 1, 1, 2]);
  scene.chain.miner.ignoring = false;
  await scene.settle();
  expect(paid(scene)).toBe(3n);
});

test("while gas costs more than is allowed nothing is signed, and it is said why", async () => {
  await using scene = await custodyScene(undefined, { maxFeePerGas: 10_000_000_000n });
  const { chain } = scene;
  const userId = await scene.player(100n);
  const stuck = await scene.withdraw(userId, 30n, "stuck");
  await scene.advance();
  chain.miner.baseFee = 50_000_000_000n;
  const fresh = await scene.withdraw(userId, 20n, "fresh");
  await scene.advance(STUCK);
  for (const [id, state] of [
    [stuck, "BROADCAST"],
    [fresh, "APPROVED"],
  ] as const) {
    const { waitingFor, ...withdrawal } = await withdrawalOf(scene, id);
    expect(withdrawal.state).toBe(state);
    expect(waitingFor).toBe("a unit of gas costs 101 gwei, more than the 10 gwei that are allowed");
  }
  expect(await attempts(scene)).toHaveLength(1);
  chain.miner.baseFee = 1_000_000_000n;
  await scene.settle();
  expect(paid(scene)).toBe(50n);
  expect((await withdrawalOf(scene, fresh)).waitingFor).toBeNull();
});

test("a rise of the price within what is allowed is paid", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  await scene.withdraw(await scene.player(100n), 30n, "k");
  await scene.advance();
  chain.miner.baseFee = 20_000_000_000n;
  await scene.settle();
  expect(paid(scene)).toBe(0n);
  await scene.settle(STUCK);
  expect(paid(scene)).toBe(30n);
});

test("dearer bytes take the place of others that wait under the number, until they are taken", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  const taken = chain.miner.take;
  let refusals = 0;
  chain.miner.take = (own) => {
    if (own.fees.maxFeePerGas > 4_000_000_000n) return taken(own);
    refusals += 1;
    return { kind: "underpriced" };
  };
  await scene.settle();
  await scene.settle();
  expect(refusals).toBe(3);
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "CONFIRMED",
    attempts: 4,
  });
  expect(paid(scene)).toBe(30n);
});

test("what the chain does not take waits, says why, and goes when it is taken", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  const taken = chain.miner.take;
  chain.miner.take = () => ({ kind: "refused", reason: "insufficient funds for gas" });
  await scene.settle();
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "SIGNED",
    attempts: 1,
    waitingFor: "the chain does not take it: insufficient funds for gas",
  });
  chain.miner.take = taken;
  await scene.settle();
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "CONFIRMED",
    waitingFor: null,
  });
});

test("a node that forgets what it was handed is handed the same bytes again", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  await scene.advance();
  const [waiting] = chain.miner.waiting();
  chain.miner.forget();
  await scene.advance();
  expect(chain.miner.waiting()).toEqual([]);
  await scene.expireClaims();
  await scene.advance();
  expect(chain.miner.waiting()).toEqual(waiting === undefined ? [] : [waiting]);
  await scene.settle();
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "CONFIRMED",
    attempts: 1,
  });
});
