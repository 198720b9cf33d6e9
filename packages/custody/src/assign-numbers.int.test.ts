import { expect, test } from "bun:test";
import { assignNumbers } from "./assign-numbers.ts";
import { noProgress } from "./chain-pass.ts";
import { getWithdrawal } from "./get-withdrawal.ts";
import { listWithdrawals } from "./list-withdrawals.ts";
import { resumeWithdrawals } from "./resume-withdrawals.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";
import { switchOf } from "./withdrawal-switch.ts";

const withdrawalOf = (scene: Scene, withdrawalId: string) =>
  getWithdrawal(scene.deps, { withdrawalId });

const paid = ({ chain }: Scene, to = outside()) => BigInt(chain.usdcOf(to));

const numbersOf = async (scene: Scene) => {
  const rows = await scene.scratch.owner.sql<{ nonce: number; purpose: string }[]>`
    select nonce, purpose from custody.payment order by nonce`;
  return rows.map(({ nonce, purpose }) => [nonce, purpose]);
};

test("each withdrawal gets a number of its own, however many schedulers hand them out", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  for (let n = 0; n < 8; n += 1) await scene.withdraw(userId, 1n, `k${n}`);
  const passes = await Promise.all(Array.from({ length: 4 }, () => scene.advance()));
  expect(passes.flatMap((pass) => pass.problems)).toEqual([]);
  await scene.settle();
  const numbers = await numbersOf(scene);
  expect(numbers).toEqual(Array.from({ length: 8 }, (_, n) => [n, "withdrawal"]));
  expect(paid(scene)).toBe(8n);
  const { items } = await listWithdrawals(scene.deps, { limit: 10 });
  expect(items.every(({ state, attempts }) => state === "CONFIRMED" && attempts === 1)).toBe(true);
});

test("what the hot wallet does not cover waits, and goes when it does", async () => {
  await using scene = await custodyScene(scriptedChain({ hotUsdc: 50n }));
  const { chain } = scene;
  const userId = await scene.player(100n);
  const first = await scene.withdraw(userId, 40n, "first");
  const second = await scene.withdraw(userId, 20n, "second", outside(1));
  const third = await scene.withdraw(userId, 10n, "third", outside(2));
  chain.miner.ignoring = true;
  await scene.advance();
  expect(await withdrawalOf(scene, first)).toMatchObject({ state: "BROADCAST" });
  expect(await withdrawalOf(scene, second)).toMatchObject({
    state: "APPROVED",
    waitingFor: expect.stringContaining("the hot wallet has 0.00005"),
  });
  expect(await withdrawalOf(scene, third)).toMatchObject({ state: "BROADCAST" });
  chain.miner.ignoring = false;
  await scene.settle();
  expect([paid(scene), paid(scene, outside(1)), paid(scene, outside(2))]).toEqual([40n, 0n, 10n]);
  chain.pay(chain.hotWallet, 20n);
  await scene.settle();
  expect(paid(scene, outside(1))).toBe(20n);
  expect(await withdrawalOf(scene, second)).toMatchObject({ state: "CONFIRMED", waitingFor: null });
});

test("what the hot wallet holds is given out once, however many schedulers add it up at the same moment", async () => {
  await using scene = await custodyScene(scriptedChain({ hotUsdc: 50n }));
  const { chain, deps, scratch } = scene;
  const userId = await scene.player(100n);
  for (const n of [0, 1]) await scene.withdraw(userId, 40n, `k${n}`, outside(n));
  await scene.advance({ maxFeePerGas: 1n });
  const pass = { deps, by, chain, progress: noProgress() };
  const { sql } = scratch.owner;
  const passes = await sql.begin(async (tx) => {
    // both come as far as they can before either has its number
    await tx`select from custody.withdrawal_switch for update`;
    const begun = [assignNumbers(pass), assignNumbers(pass)];
    const waiting = () => sql`select from pg_locks join pg_stat_activity using (pid)
      where datname = current_database() and not granted`;
    while ((await waiting()).length < 2) await Bun.sleep(10);
    return { begun };
  });
  await Promise.all(passes.begun);
  expect(await numbersOf(scene)).toEqual([[0, "withdrawal"]]);
  await scene.settle();
  expect(paid(scene, outside(0)) + paid(scene, outside(1))).toBe(40n);
  const states = (await listWithdrawals(deps, { limit: 10 })).items.map(({ state }) => state);
  expect(states.toSorted()).toEqual(["APPROVED", "CONFIRMED"]);
});

test("without a key nothing is numbered, and that is a problem", async () => {
  await using scene = await custodyScene(scriptedChain({ keys: false }));
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  const { problems } = await scene.advance();
  expect(problems).toMatchObject([
    { step: "numbers", message: expect.stringContaining("holds no key of the hot wallet") },
  ]);
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("APPROVED");
  expect(await numbersOf(scene)).toEqual([]);
});

test("a number that nobody used is filled, so that those after it go through", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  await scene.withdraw(userId, 1n, "before");
  await scene.settle();
  await scene.scratch.owner.sql`update custody.sender set next_nonce = next_nonce + 2`;
  await scene.withdraw(userId, 2n, "after");
  await scene.settle({ replaceAfterSeconds: 0 });
  await scene.settle();
  expect(paid(scene)).toBe(3n);
  expect(await numbersOf(scene)).toEqual([
    [0, "withdrawal"],
    [1, "fill"],
    [2, "fill"],
    [3, "withdrawal"],
  ]);
  expect(await scene.wrong()).toEqual([]);
});

test("a wallet that has sent before begins where it is", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const fees = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 1n };
  const order = { kind: "nothing" } as const;
  const signed = await chain.sender?.sign({ order, nonce: 0, gas: 21_000n, fees });
  await chain.broadcast(signed?.raw ?? "");
  chain.mine();
  await scene.withdraw(await scene.player(100n), 30n, "k");
  await scene.settle();
  expect(await numbersOf(scene)).toEqual([[1, "withdrawal"]]);
  expect(paid(scene)).toBe(30n);
});

test("a transaction that was not made here stops everything until somebody has looked", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  await scene.withdraw(userId, 10n, "before");
  await scene.settle();
  const fees = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 1n };
  const order = { kind: "nothing" } as const;
  const signed = await chain.sender?.sign({ order, nonce: 1, gas: 21_000n, fees });
  await chain.broadcast(signed?.raw ?? "");
  chain.mine();
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  await scene.settle();
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("APPROVED");
  const { reason } = await switchOf(deps.database.orm, chain.name);
  expect(reason).toContain("transaction 1 of");
  expect(scene.errors).toContain("withdrawals paused themselves");
  chain.node.down = true;
  const resume = () => resumeWithdrawals(deps, { by, chain: chain.name });
  expect(await refusalOf(resume())).toBe("CHAIN_UNAVAILABLE");
  chain.node.down = false;
  await resume();
  await scene.settle();
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("CONFIRMED");
  expect(await numbersOf(scene)).toEqual([
    [0, "withdrawal"],
    [2, "withdrawal"],
  ]);
});
