import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { backfillDeposits } from "./backfill-deposits.ts";
import { noProgress } from "./chain-pass.ts";
import { chainTotals } from "./chain-totals.ts";
import { listDeposits } from "./list-deposits.ts";
import { by, custodyScene, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { mortalDeps } from "./testing/mortal-deps.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const FOUND = "the daily reading found a transfer that the scan had missed";

const realScene = (policy = {}, firstBlock = 10): Promise<Scene> =>
  custodyScene(scriptedChain({ simulated: false, firstBlock }), policy);

interface Row {
  readonly day: string;
  readonly from: bigint;
  readonly next: bigint;
  readonly to: bigint;
  readonly found: number;
  readonly done: boolean;
}

const backfills = (scene: Scene) =>
  scene.scratch.owner.sql<Row[]>`
    select day::text, from_block as from, next_block as next, to_block as to, found, done_at is not null as done
    from custody.backfill order by day`;

/** Pays what a node keeps back until it is too deep for the scan to look at again. */
const hide = async (scene: Scene, pay: () => void, blocks = 60): Promise<void> => {
  const { chain } = scene;
  pay();
  chain.mine();
  chain.node.empty = true;
  await scene.advance();
  chain.mine(blocks);
  await scene.advance();
  chain.node.empty = false;
  chain.mine(blocks);
  await scene.advance();
};

test("once a day the last blocks are read again, and what a node had kept back is credited and told", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  await scene.advance();
  await hide(scene, () => {
    chain.pay(address, 5n);
    chain.pay(chain.hotWallet, 100n);
  });
  expect((await scene.balances(userId)).available).toBe(0n);
  expect(scene.errors).toEqual([]);
  await scene.scratch.setClock("2026-11-21T00:00:00Z");
  expect(await scene.advance()).toMatchObject({ deposits: 1, problems: [] });
  expect(await scene.balances(userId)).toMatchObject({ available: 5n, capital: 100n });
  expect(scene.errors).toEqual([FOUND, FOUND]);
  expect(await chainTotals(scene.deps)).toMatchObject([{ chain: "scripted", foundLate: 2 }]);
  const rows = await backfills(scene);
  expect(rows.map(({ day, found, done }) => ({ day, found, done }))).toEqual([
    { day: "2026-11-20", found: 0, done: true },
    { day: "2026-11-21", found: 2, done: true },
  ]);
  await scene.advance();
  expect((await backfills(scene)).length).toBe(2);
  expect(await scene.wrong()).toEqual([]);
});

test("it reaches as far back as the policy says, from the first block of ours, over what is final and read", async () => {
  await using scene = await realScene({ backfillBlocks: 40 });
  const { chain } = scene;
  await scene.advance();
  const [first] = await backfills(scene);
  expect(first).toMatchObject({ from: 1n, to: 7n, next: 8n });
  chain.mine(90);
  await scene.advance();
  await scene.scratch.setClock("2026-11-21T23:59:59Z");
  await scene.advance();
  expect((await backfills(scene))[1]).toMatchObject({ from: 58n, to: 97n, next: 98n });
});

test("nothing is read again before the chain was read once", async () => {
  await using scene = await realScene();
  scene.chain.node.empty = true;
  scene.chain.node.disputed = true;
  await scene.advance();
  expect([...(await backfills(scene))]).toEqual([]);
  scene.chain.node.disputed = false;
  scene.chain.mine();
  await scene.advance();
  expect(await backfills(scene)).toMatchObject([{ done: true }]);
});

test("what the chain took back behind the scan's back is the house's loss", async () => {
  await using scene = await realScene({ backfillBlocks: 100 });
  const { chain } = scene;
  const userId = await scene.player();
  const { tx } = chain.pay(await scene.addressOf(userId), 5n);
  chain.mine();
  chain.finalise();
  await scene.advance();
  // Its block is another one by now, though the scan's own last final block looks as it did.
  await scene.scratch.owner.sql`update custody.deposit set block_hash = '0xgone' where tx = ${tx}`;
  await scene.scratch.owner
    .sql`update custody.scan set final_block = block, final_hash = block_hash`;
  chain.miner.reorg(4, () => false);
  chain.mine(50);
  const deep = await chain.blockAt(40n);
  await scene.scratch.owner.sql`
    update custody.scan set final_block = 40, final_hash = ${deep?.hash ?? ""}`;
  await scene.advance();
  await scene.scratch.setClock("2026-11-21T00:00:00Z");
  chain.mine();
  await scene.advance();
  const { items } = await listDeposits(scene.deps, { limit: 10 });
  expect(items.map(({ state }) => state)).toEqual(["REORGED"]);
  expect(await scene.balances(userId)).toMatchObject({ available: 5n, capital: -5n });
  expect(await chainTotals(scene.deps)).toMatchObject([{ reorgLossMicroUsdc: microUsdc(5n) }]);
  expect(await scene.wrong()).toEqual([]);
});

test("many blocks take many passes, and a node that fails in between only delays", async () => {
  await using scene = await realScene({}, 200);
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  await scene.advance();
  await hide(scene, () => chain.pay(address, 5n));
  chain.node.maxBlocks = 4;
  await scene.scratch.owner.sql`update custody.scan set page_blocks = 4`;
  await scene.scratch.setClock("2026-11-21T00:00:00Z");
  let passes = 0;
  for (; passes < 60 && (await backfills(scene))[1]?.done !== true; passes += 1) {
    chain.node.down = passes % 3 === 1;
    await scene.advance();
  }
  const today = (await backfills(scene))[1];
  expect(today).toMatchObject({ day: "2026-11-21", found: 1, done: true });
  expect(passes).toBeGreaterThan(5);
  expect((await scene.balances(userId)).available).toBe(5n);
});

test("killed after any of its deeds, or run by many, it finds each once", async () => {
  // so few that each day's reading comes back to this round's blocks only
  await using scene = await realScene({ backfillBlocks: 150 });
  const { chain, deps } = scene;
  await scene.advance();
  let at = 0;
  let alive = false;
  for (
    let day = Temporal.Instant.from("2026-11-21T00:00:00Z");
    !alive;
    day = day.add({ hours: 24 })
  ) {
    at += 1;
    const userId = await scene.player();
    const address = await scene.addressOf(userId);
    await hide(scene, () => [5n, 7n].forEach((amount) => chain.pay(address, amount)));
    await scene.scratch.setClock(day.toString());
    const mortal = mortalDeps(deps, at);
    for (const own of mortal.deps.chains) {
      const pass = { deps: mortal.deps, by, chain: own, progress: noProgress() };
      await backfillDeposits(pass).catch(() => undefined);
    }
    await scene.expireClaims();
    chain.mine();
    await Promise.all([scene.advance(), scene.advance()]);
    await scene.advance();
    expect((await scene.balances(userId)).available).toBe(12n);
    expect((await chainTotals(deps)).map(({ foundLate }) => foundLate)).toEqual([2 * at]);
    alive = mortal.alive();
  }
  expect(at).toBeGreaterThan(12);
  expect(await scene.wrong()).toEqual([]);
}, 240_000);

test("what was found late stays on record", async () => {
  await using scene = await realScene();
  await scene.advance();
  const { owner, database } = scene.scratch;
  expect(await refusalOf(owner.sql`delete from custody.backfill`)).toContain("refused");
  expect(await refusalOf(owner.sql`truncate custody.backfill`)).toContain("refused");
  const change = database.sql`update custody.backfill set day = day + 1`;
  expect(await refusalOf(change)).toContain("permission denied");
  const past = owner.sql`update custody.backfill set next_block = to_block + 2`;
  expect(await refusalOf(past)).toContain("backfill_in_range");
});
