import { expect, test } from "bun:test";
import { advanceChain } from "./advance-chain.ts";
import { ChainError, type Chain } from "./chain.ts";
import { getWithdrawal, withdrawalHistory } from "./get-withdrawal.ts";
import { listWithdrawals } from "./list-withdrawals.ts";
import { by, custodyScene, outside, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const withdrawalOf = (scene: Scene, withdrawalId: string) =>
  getWithdrawal(scene.deps, { withdrawalId });

const statesOf = async (scene: Scene, withdrawalId: string) =>
  (await withdrawalHistory(scene.deps, { withdrawalId })).map((event) => event.state);

test("a withdrawal is approved, signed, sent, mined and confirmed, and the money has left", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  expect(await scene.advance()).toMatchObject({ approved: 1, broadcast: 1, confirmed: 0 });
  const sent = await withdrawalOf(scene, withdrawalId);
  expect(sent).toMatchObject({ state: "BROADCAST", attempts: 1, waitingFor: null });
  expect(chain.miner.waiting()).toMatchObject([{ hash: sent.tx, nonce: 0 }]);
  chain.mine();
  expect(await scene.advance()).toMatchObject({ broadcast: 0, confirmed: 0 });
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("MINED");
  expect(BigInt(chain.usdcOf(outside()))).toBe(30n);
  expect(await scene.balances(userId)).toMatchObject({ withdrawing: 30n, custody: 100n });
  chain.finalise();
  expect(await scene.advance()).toMatchObject({ approved: 0, broadcast: 0, confirmed: 1 });
  expect(await scene.balances(userId)).toMatchObject({
    available: 70n,
    withdrawing: 0n,
    custody: 70n,
  });
  expect(await statesOf(scene, withdrawalId)).toEqual([
    "REQUESTED",
    "APPROVED",
    "SIGNED",
    "BROADCAST",
    "MINED",
    "CONFIRMED",
  ]);
  expect(await scene.advance()).toMatchObject({ approved: 0, broadcast: 0, confirmed: 0 });
  expect(await scene.wrong()).toEqual([]);
});

test("one payment that can't be prepared lets the others pass", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  const stuck = await scene.withdraw(userId, 1n, "stuck", outside(1));
  const others: string[] = [];
  for (const key of ["a", "b", "c"]) others.push(await scene.withdraw(userId, 1n, key));
  const picky: Chain = {
    ...chain,
    estimate: (sender, order) =>
      order.kind === "usdc" && order.to === outside(1)
        ? Promise.reject(new Error("no"))
        : chain.estimate(sender, order),
  };
  for (let pass = 0; pass < 2; pass += 1) {
    const { problems } = await advanceChain({ ...deps, chains: [picky] }, { by });
    expect(problems).toMatchObject([{ step: "numbers", message: "no" }]);
  }
  expect((await withdrawalOf(scene, stuck)).state).toBe("APPROVED");
  for (const id of others) expect((await withdrawalOf(scene, id)).state).toBe("BROADCAST");
});

test("a payment that can't be handed in keeps its number, and the others wait behind it", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player(100n);
  for (const key of ["a", "b"]) await scene.withdraw(userId, 1n, key);
  let refusals = 0;
  chain.node.before = (question) => {
    if (question !== "broadcast" || refusals > 0) return;
    refusals += 1;
    throw new ChainError("unavailable", "gone");
  };
  const { problems } = await scene.advance();
  expect(problems).toMatchObject([{ step: "broadcast", message: "gone" }]);
  await scene.settle();
  const { items } = await listWithdrawals(scene.deps, { limit: 10 });
  expect(items.map(({ state, attempts }) => [state, attempts])).toEqual([
    ["CONFIRMED", 1],
    ["CONFIRMED", 1],
  ]);
});

test("many schedulers at once pay each withdrawal exactly once", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player(100n);
  for (let n = 0; n < 6; n += 1) await scene.withdraw(userId, 2n, `k${n}`, outside(n));
  for (const n of [0, 3]) chain.miner.rules.blacklist.add(outside(n));
  chain.node.after = () => Bun.sleep(1);
  const total = { approved: 0, broadcast: 0, confirmed: 0, review: 0 };
  for (let pass = 0; pass < 4; pass += 1) {
    const all = await Promise.all([scene.advance(), scene.advance(), scene.advance()]);
    for (const one of all) {
      expect(one.problems).toEqual([]);
      total.approved += one.approved;
      total.broadcast += one.broadcast;
      total.confirmed += one.confirmed;
      total.review += one.review;
    }
    chain.mine(4);
  }
  expect(total).toEqual({ approved: 6, broadcast: 4, confirmed: 4, review: 2 });
  for (let n = 0; n < 6; n += 1) {
    const got = chain.standing.filter(({ to }) => to === outside(n)).map(({ amount }) => amount);
    expect(got.map(BigInt)).toEqual(n % 3 === 0 ? [] : [2n]);
  }
  expect(await scene.balances(userId)).toMatchObject({
    available: 88n,
    withdrawing: 4n,
    custody: 92n,
  });
  expect(await scene.wrong()).toEqual([]);
});

test("a scheduler that died while sending leaves only a wait; one that wakes late pays nothing twice", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  const asleep = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const slow: Chain = {
    ...chain,
    async broadcast(raw) {
      begun.resolve();
      await asleep.promise;
      return chain.broadcast(raw);
    },
  };
  const sleeper = advanceChain({ ...deps, chains: [slow] }, { by });
  await begun.promise;
  expect(await scene.advance()).toMatchObject({ broadcast: 0 });
  expect(chain.miner.waiting()).toEqual([]);
  await scene.expireClaims();
  expect(await scene.advance()).toMatchObject({ broadcast: 1 });
  await scene.settle();
  asleep.resolve();
  expect(await sleeper).toMatchObject({ broadcast: 0, confirmed: 0, problems: [] });
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "CONFIRMED",
    attempts: 1,
  });
  expect(BigInt(chain.usdcOf(outside()))).toBe(30n);
  expect(await scene.balances(userId)).toMatchObject({ withdrawing: 0n, custody: 70n });
});

test("two schedulers that sign one payment at the same time keep one signature", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  const { sender } = chain;
  if (sender === undefined) throw new Error("The chain holds keys.");
  const signed = Promise.withResolvers<void>();
  let others = 0;
  const slow = {
    ...sender,
    async sign(transaction: Parameters<typeof sender.sign>[0]) {
      if (others === 0) {
        others += 1;
        await scene.expireClaims();
        chain.miner.baseFee *= 3n;
        await scene.advance();
        signed.resolve();
      }
      await signed.promise;
      return sender.sign(transaction);
    },
  };
  await advanceChain({ ...deps, chains: [{ ...chain, sender: slow }] }, { by });
  expect(chain.miner.waiting()).toHaveLength(1);
  await scene.settle();
  expect(await withdrawalOf(scene, withdrawalId)).toMatchObject({
    state: "CONFIRMED",
    attempts: 1,
  });
});

test("a chain that does not answer holds up no other", async () => {
  await using scene = await custodyScene();
  const { deps } = scene;
  const broken = scriptedChain({ name: "broken" });
  broken.node.down = true;
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  const { problems } = await advanceChain({ ...deps, chains: [broken, scene.chain] }, { by });
  expect(new Set(problems.map(({ chain }) => chain))).toEqual(new Set(["broken"]));
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("BROADCAST");
});

test("without a database the caller is told, instead of a list of chains", async () => {
  const scene = await custodyScene();
  await scene.player();
  await scene[Symbol.asyncDispose]();
  const error = await scene.advance().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
});
