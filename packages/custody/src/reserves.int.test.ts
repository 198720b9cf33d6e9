import { expect, test } from "bun:test";
import { byTwo } from "@closebell/database/testing";
import { correctTransfer } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import { reserves } from "./reserves.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { drawByTwo, payOwner, richScene } from "./testing/drawing-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const cold = outside(0xc01d);

const realScene = (policy = {}): Promise<Scene> =>
  custodyScene(scriptedChain({ simulated: false, coldWallet: cold, finalDepth: 4 }), policy);

const report = ({ deps, chain }: Scene) => reserves(deps, { chain: chain.name });

const itemsOf = async (scene: Scene) => {
  const { items, ok, differenceMicroUsdc } = await report(scene);
  expect([ok, differenceMicroUsdc]).toEqual([true, microUsdc(0n)]);
  return items.map(({ kind, ref, amountMicroUsdc }) => [
    kind,
    ref.split("/")[0],
    BigInt(amountMicroUsdc),
  ]);
};

test("what the chain holds is what the books say, at each step of a deposit", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  await scene.advance();
  expect(await itemsOf(scene)).toEqual([]);
  chain.pay(chain.hotWallet, 100n);
  chain.pay(cold, 20n);
  chain.pay(address, 5n);
  chain.mine();
  await scene.advance();
  expect(await itemsOf(scene)).toEqual([]);
  await scene.settle({ sweepFrom: microUsdc(1_000n) });
  const { onChainMicroUsdc, ledgerMicroUsdc, wallets, block } = await report(scene);
  expect([onChainMicroUsdc, ledgerMicroUsdc]).toEqual([microUsdc(125n), microUsdc(125n)]);
  expect(wallets.map(({ purpose, balanceMicroUsdc }) => [purpose, balanceMicroUsdc])).toEqual(
    expect.arrayContaining([
      ["hot", microUsdc(100n)],
      ["cold", microUsdc(20n)],
      ["deposit", microUsdc(5n)],
    ]),
  );
  expect(wallets.length).toBe(3);
  expect(block).toEqual((await chain.head()).final);
});

test("booked for a block that is not final is taken out again, item by item", async () => {
  await using scene = await realScene({
    confirmations: [{ below: microUsdc(100n), blocks: 1 }],
    depositMinimum: microUsdc(3n),
  });
  const { chain } = scene;
  const address = await scene.addressOf(await scene.player());
  await scene.advance();
  for (const amount of [2n, 5n, 200n]) chain.pay(address, amount);
  chain.mine();
  await scene.advance();
  expect(await itemsOf(scene)).toEqual([["booked-above-block", "deposit", -5n]]);
  await scene.settle();
  expect(await itemsOf(scene)).toEqual([]);
});

test("final but held up here: what came in is named until it is credited", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  chain.pay(address, 5n);
  chain.pay(chain.hotWallet, 7n);
  chain.mine();
  await scene.advance();
  chain.finalise();
  // As if the pass had died after reading, before anything was judged.
  const { latest, final } = await chain.head();
  await scene.scratch.owner.sql`update custody.scan set block = ${String(latest.number)}::bigint,
    block_hash = ${latest.hash}, final_block = ${String(final.number)}::bigint, final_hash = ${final.hash}`;
  expect(await itemsOf(scene)).toEqual([
    ["incoming-not-credited", "deposit", 5n],
    ["incoming-not-credited", "funding", 7n],
  ]);
  chain.mine();
  await scene.advance();
  expect(await itemsOf(scene)).toEqual([]);
  expect((await scene.balances(userId)).available).toBe(5n);
});

test("a withdrawal is named from the block that pays it to the pass that books it", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  chain.pay(chain.hotWallet, 100n);
  const userId = await scene.player(50n);
  await scene.settle();
  await scene.withdraw(userId, 30n, "k");
  await scene.advance();
  await scene.advance();
  expect(await itemsOf(scene)).toEqual([]);
  chain.mine();
  chain.finalise();
  const { latest, final } = await chain.head();
  await scene.scratch.owner.sql`update custody.scan set block = ${String(latest.number)}::bigint,
    block_hash = ${latest.hash}, final_block = ${String(final.number)}::bigint, final_hash = ${final.hash}`;
  expect(chain.usdcOf(outside())).toBe(microUsdc(30n));
  expect(await itemsOf(scene)).toEqual([["outgoing-not-booked", "withdrawal", -30n]]);
  await scene.settle();
  expect(await itemsOf(scene)).toEqual([]);
  expect((await report(scene)).ledgerMicroUsdc).toBe(microUsdc(120n));
});

test("a withdrawal booked above the block that was read is named too", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  chain.pay(chain.hotWallet, 100n);
  const userId = await scene.player(50n);
  await scene.settle();
  const [before] = await scene.scratch.owner.sql<{ block: string; hash: string }[]>`
    select final_block::text as block, final_hash as hash from custody.scan`;
  await scene.withdraw(userId, 30n, "k");
  await scene.settle();
  await scene.settle();
  await scene.scratch.owner
    .sql`update custody.scan set final_block = ${before?.block ?? ""}::bigint,
    final_hash = ${before?.hash ?? ""}`;
  expect(await itemsOf(scene)).toContainEqual(["booked-above-block", "withdrawal", 30n]);
});

test("what the owner took out is a difference until it is booked, and named where it is booked above the block", async () => {
  await using scene = await richScene();
  expect(await itemsOf(scene)).toEqual([]);
  const [before] = await scene.scratch.owner.sql<{ block: string; hash: string }[]>`
    select final_block::text as block, final_hash as hash from custody.scan`;
  const tx = await payOwner(scene, 20n);
  expect((await report(scene)).differenceMicroUsdc).toBe(microUsdc(-20n));
  await drawByTwo(scene, tx);
  expect(await itemsOf(scene)).toEqual([]);
  expect((await report(scene)).ledgerMicroUsdc).toBe(microUsdc(110n));
  await scene.scratch.owner
    .sql`update custody.scan set final_block = ${before?.block ?? ""}::bigint,
    final_hash = ${before?.hash ?? ""}`;
  expect(await itemsOf(scene)).toEqual([["booked-above-block", "drawing", 20n]]);
});

test("sweeps and payments to the cold wallet change nothing about what we hold", async () => {
  await using scene = await realScene({ sweepFrom: microUsdc(1n), hotWalletCap: microUsdc(30n) });
  const { chain } = scene;
  for (let n = 0; n < 3; n += 1) await scene.player(20n);
  for (let round = 0; round < 4; round += 1) {
    await scene.settle();
    expect(await itemsOf(scene)).toEqual([]);
  }
  expect(chain.usdcOf(cold)).toBeGreaterThan(microUsdc(0n));
  expect((await report(scene)).onChainMicroUsdc).toBe(microUsdc(60n));
});

test("what is gone, kept back by a node, or made up in the books is a difference", async () => {
  await using scene = await realScene();
  const { chain, deps } = scene;
  const userId = await scene.player(50n);
  await scene.settle();
  const difference = async () => {
    const { ok, differenceMicroUsdc } = await report(scene);
    expect(ok).toBe(false);
    return BigInt(differenceMicroUsdc);
  };
  chain.pay(outside(), 1n, { from: await scene.addressOf(userId) });
  await scene.settle();
  expect(await difference()).toBe(-1n);
  chain.node.empty = true;
  chain.pay(await scene.addressOf(userId), 3n);
  await scene.settle();
  expect(await difference()).toBe(2n);
  const [deposit] = await deps.database.orm.execute<{ period: number; ref: string }>(sql`
    select x.period, x.ref from ledger.transfer x
    join ledger.transfer_kind k on k.id = x.kind where k.name = 'deposit'`);
  if (deposit === undefined) throw new Error("no deposit was posted");
  const transfer = { ...deposit, kind: "deposit" };
  await byTwo(correctTransfer)(deps, { by, transfer, amount: microUsdc(10n) });
  expect(await difference()).toBe(12n);
});

test("nothing is compared where no money is, nothing was read or the chain says nothing", async () => {
  await using play = await custodyScene();
  expect(await refusalOf(report(play))).toBe("CHAIN_SIMULATED");
  await using scene = await realScene();
  expect(await refusalOf(report(scene))).toBe("CHAIN_UNAVAILABLE");
  await scene.advance();
  expect(await itemsOf(scene)).toEqual([]);
  scene.chain.node.down = true;
  expect(await refusalOf(report(scene))).toBe("CHAIN_UNAVAILABLE");
  expect(await refusalOf(reserves(scene.deps, { chain: "other" }))).toBe("CHAIN_NOT_FOUND");
});
