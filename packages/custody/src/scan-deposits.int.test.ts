import { expect, test } from "bun:test";
import { accountStatement, userAccount } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { advanceChain } from "./advance-chain.ts";
import { noProgress } from "./chain-pass.ts";
import type { DepositState } from "./deposit-state.ts";
import { listDeposits } from "./list-deposits.ts";
import { recordDeposit } from "./record-deposit.ts";
import { scanDeposits } from "./scan-deposits.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { mortalDeps } from "./testing/mortal-deps.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

/** One block is enough below 100, three below 1,000; above it the chain's own finality, which is four blocks off. */
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

test("a deposit is seen without money, and credited once it is final", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const userId = await scene.player();
  const { tx, log } = chain.pay(await scene.addressOf(userId), 5n);
  chain.mine();
  const block = (await chain.head()).latest;
  expect((await scene.advance()).deposits).toBe(0);
  expect(await deposits(scene)).toMatchObject([
    { tx, log, state: "SEEN", blockNumber: block.number, blockHash: block.hash, final: false },
  ]);
  expect((await scene.balances(userId)).available).toBe(0n);
  chain.mine(3);
  expect((await scene.advance()).deposits).toBe(0);
  await scene.scratch.setClock("2026-11-20T12:10:00Z");
  chain.mine();
  expect((await scene.advance()).deposits).toBe(1);
  const [deposit] = await deposits(scene);
  expect(deposit).toMatchObject({ state: "CREDITED", final: true });
  expect(deposit?.createdAt.toString()).toBe("2026-11-20T12:00:00Z");
  expect(deposit?.creditedAt?.toString()).toBe("2026-11-20T12:10:00Z");
  chain.finalise();
  expect((await scene.advance()).deposits).toBe(0);
  expect(await scene.balances(userId)).toMatchObject({ available: 5n, custody: 5n });
  expect((await detailsOf(scene)).map((event) => [event.state, event.detail])).toEqual([
    ["SEEN", `block ${block.number} ${block.hash}`],
    ["CONFIRMED", "final"],
    ["CREDITED", "final"],
  ]);
  expect(await scene.wrong()).toEqual([]);
});

test("seen in one month and final in the next, it counts in the month it was seen", async () => {
  await using scene = await realScene();
  const userId = await scene.player();
  scene.chain.pay(await scene.addressOf(userId), 5n);
  scene.chain.mine();
  await scene.advance();
  await scene.scratch.setClock("2026-12-01T00:00:00Z");
  scene.chain.finalise();
  await scene.advance();
  const code = userAccount(userId, "available");
  const { items } = await accountStatement(scene.deps, { code, limit: 10 });
  expect(items.map((line) => [line.kind, line.period])).toEqual([["deposit", 202611]]);
  expect(await scene.wrong()).toEqual([]);
});

test("the more it is, the deeper it has to lie", async () => {
  await using scene = await realScene(stepwise);
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  for (const amount of [99n, 100n, 999n, 1_000n]) chain.pay(address, amount);
  const credited: bigint[] = [];
  for (let block = 0; block < 6; block += 1) {
    chain.mine();
    await scene.advance();
    credited.push((await scene.balances(userId)).available);
  }
  expect(credited).toEqual([99n, 99n, 1_198n, 1_198n, 2_198n, 2_198n]);
  expect((await deposits(scene)).every((deposit) => deposit.final)).toBe(true);
});

test("what isn't ours, or is nothing, or was before our time, is passed over", async () => {
  await using scene = await custodyScene(scriptedChain({ simulated: false, startBlock: 12n }));
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  chain.pay(address, 3n);
  chain.mine();
  chain.pay(outside(), 5n);
  chain.pay(address, 0n);
  chain.pay(address, 5n);
  chain.mine();
  chain.finalise();
  expect(await scene.advance()).toMatchObject({ deposits: 1, reorged: 0, problems: [] });
  expect((await scene.balances(userId)).available).toBe(5n);
});

test("several transfers of one transaction are several deposits", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const [one, two] = [await scene.player(), await scene.player()];
  const from = outside();
  chain.payMany([
    { from, to: await scene.addressOf(one), amount: microUsdc(1n) },
    { from, to: outside(1), amount: microUsdc(2n) },
    { from, to: await scene.addressOf(two), amount: microUsdc(4n) },
    { from, to: await scene.addressOf(one), amount: microUsdc(8n) },
  ]);
  await scene.settle();
  expect((await scene.balances(one)).available).toBe(9n);
  expect((await scene.balances(two)).available).toBe(4n);
  expect((await deposits(scene)).map(({ log }) => log).toSorted((a, b) => a - b)).toEqual([
    0, 2, 3,
  ]);
});

test("somebody's word for a deposit never outweighs the chain's", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const { tx, log } = chain.pay(address, 5n);
  chain.mine();
  await scene.advance();
  const word = { by, chain: chain.name, tx, log, address, amountMicroUsdc: microUsdc(5n) };
  expect(await recordDeposit(deps, word)).toMatchObject({
    deposit: { state: "CREDITED" },
    replayed: false,
  });
  chain.finalise();
  await scene.advance();
  expect((await scene.balances(userId)).available).toBe(5n);
  const early = chain.pay(address, 3n);
  await recordDeposit(deps, { ...word, ...early, amountMicroUsdc: microUsdc(3n) });
  await scene.settle();
  expect((await scene.balances(userId)).available).toBe(8n);
  expect((await deposits(scene)).every((deposit) => deposit.final)).toBe(true);
  expect(await scene.wrong()).toEqual([]);
});

test("two readers at once credit once; one that fell asleep can't undo what another has read since", async () => {
  await using scene = await realScene(stepwise);
  const { chain, deps } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  chain.pay(address, 50n);
  chain.mine();
  const at = await Promise.all(Array.from({ length: 4 }, () => scene.advance()));
  expect(at.reduce((sum, { deposits: credited }) => sum + credited, 0)).toBe(1);

  const asleep = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  chain.pay(address, 70n);
  chain.mine();
  const sleepy = {
    ...chain,
    async transfers(query: Parameters<typeof chain.transfers>[0]) {
      const page = await chain.transfers(query);
      answered.resolve();
      await asleep.promise;
      return page;
    },
  };
  const sleeper = advanceChain({ ...deps, chains: [sleepy] }, { by });
  await answered.promise;
  chain.reorg(1, { lost: () => true });
  expect(await scene.advance()).toMatchObject({ deposits: 0, reorged: 0 });
  await scene.expireClaims();
  await scene.advance();
  asleep.resolve();
  expect((await sleeper).problems).toMatchObject([
    { step: "deposits", message: expect.stringMatching(/took too long|does not stand/) },
  ]);
  expect((await scene.balances(userId)).available).toBe(50n);
  await scene.settle();
  expect(await statesOf(scene)).toEqual(["CREDITED"]);
  expect(await scene.wrong()).toEqual([]);
});

/** Kills a reading after its `at`-th deed and lets the next one go on. Answers whether it outlived that. */
const readKilled = async (scene: Scene, at: number): Promise<boolean> => {
  const { chain, deps } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const before = await scene.balances(userId);
  for (const amount of [1n, 4n, 8n]) chain.pay(address, amount);
  chain.pay(chain.hotWallet, 16n);
  chain.mine();
  chain.finalise();
  const mortal = mortalDeps(deps, at);
  for (const own of mortal.deps.chains) {
    const pass = { deps: mortal.deps, by, chain: own, progress: noProgress() };
    await scanDeposits(pass).catch(() => undefined);
  }
  await scene.expireClaims();
  // far enough that the next reading does not come back to these blocks
  chain.mine(40);
  await scene.advance();
  expect(await scene.balances(userId)).toMatchObject({
    available: 12n,
    capital: before.capital + 16n,
    custody: before.custody + 29n,
  });
  const states = (await listDeposits(deps, { limit: 10, userId })).items.map(({ state }) => state);
  expect(states.toSorted()).toEqual(["CREDITED", "CREDITED", "SUSPENDED"]);
  return mortal.alive();
};

test("killed after any of its deeds, it leaves everything to happen once", async () => {
  await using scene = await realScene({ depositMinimum: microUsdc(3n) });
  let at = 1;
  while (!(await readKilled(scene, at))) at += 1;
  expect(at).toBeGreaterThan(15);
  expect(await scene.wrong()).toEqual([]);
  for (const first of [1, 2, 3, 4]) {
    await using fresh = await realScene({ depositMinimum: microUsdc(3n) });
    expect(await readKilled(fresh, first)).toBe(false);
    expect(await fresh.wrong()).toEqual([]);
  }
}, 120_000);

test("the database allows no other way through a deposit's states", async () => {
  await using scene = await realScene();
  const { sql } = scene.scratch.owner;
  scene.chain.pay(await scene.addressOf(await scene.player()), 5n);
  scene.chain.mine();
  await scene.advance();
  const at = "2026-11-20T12:00:00Z";
  const force = (state: string, credited: string | null, suspended: string | null = null) =>
    refusalOf(sql`update custody.deposit set state = ${state}, credited_at = ${credited}::timestamptz,
      suspended_at = ${suspended}::timestamptz`);
  expect(await force("CREDITED", at)).toContain("cannot go from SEEN");
  expect(await force("SUSPENDED", null, at)).toContain("cannot go from SEEN");
  expect(await force("CONFIRMED", at)).toContain("deposit_credited_when");
  expect(await force("CONFIRMED", null, at)).toContain("deposit_suspended_when");
  expect(await force("CONFIRMED", null)).toBe("done");
  expect(await force("SEEN", null)).toContain("cannot go from CONFIRMED");
  expect(await force("SUSPENDED", null)).toContain("deposit_suspended_when");
  expect(await force("SUSPENDED", null, at)).toBe("done");
  expect(await force("CONFIRMED", null)).toContain("never changes");
  expect(await force("REORGED", null, at)).toBe("done");
  expect(await force("SEEN", null, at)).toContain("cannot go from REORGED");
  expect(await force("SUSPENDED", null, at)).toBe("done");
  expect(await force("CREDITED", at, at)).toBe("done");
  expect(await force("SUSPENDED", at, at)).toContain("cannot go from CREDITED");
  expect(await force("REORGED", null, at)).toContain("never changes");
  expect(await force("REORGED", at, at)).toBe("done");
  expect(await force("SUSPENDED", at, at)).toContain("cannot go from REORGED");
  expect(await refusalOf(sql`update custody.deposit set amount = 6`)).toContain("never changes");
  const half = sql`update custody.deposit set block_hash = null`;
  expect(await refusalOf(half)).toContain("deposit_block_whole");
});
