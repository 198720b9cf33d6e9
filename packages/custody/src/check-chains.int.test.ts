import { expect, test } from "bun:test";
import { advanceChain } from "./advance-chain.ts";
import { checkChains } from "./check-chains.ts";
import { ensureWallet } from "./ensure-wallet.ts";
import { scanChain } from "./scan-chain.ts";
import { by, custodyScene, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

/** Another chain under the same name. */
const otherOf = (scene: Scene) => ({ ...scene.chain, asset: "scripted:another" });

const WRONG = "The books of scripted are of scripted:scripted, not of scripted:another.";

test("a name may stand for anything until its chain was read, and for that alone from then on", async () => {
  await using scene = await custodyScene();
  const other = otherOf(scene);
  await scene.addressOf(await scene.player());
  await checkChains(scene.deps, [scene.chain]);
  await checkChains(scene.deps, [other]);
  await scene.advance();
  await checkChains(scene.deps, [scene.chain]);
  expect(await refusalOf(checkChains(scene.deps, [scene.chain, other]))).toContain(WRONG);
});

test("under another chain's name nothing is read, paid or handed out", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  await scene.advance();
  await scene.withdraw(userId, 30n, "k");
  const deps = { ...scene.deps, chains: [otherOf(scene)] };
  const { problems, ...done } = await advanceChain(deps, { by });
  expect(problems).toEqual([{ chain: "scripted", step: "deposits", message: WRONG }]);
  expect(done).toMatchObject({ approved: 0, broadcast: 0 });
  expect(await refusalOf(scanChain(deps, { by, chain: "scripted" }))).toContain(WRONG);
  const late = await scene.player();
  expect(await refusalOf(ensureWallet(deps, { by, userId: late, chain: "scripted" }))).toContain(
    WRONG,
  );
  await scene.settle();
  expect(await scene.balances(userId)).toMatchObject({ available: 70n, withdrawing: 0n });
});

test("books from before assets were recorded take that of the chain they are read on with, once", async () => {
  await using scene = await custodyScene(scriptedChain({ asset: "scripted:old" }));
  const { sql } = scene.scratch.owner;
  await scene.player(5n);
  const assetNow = async () =>
    (await sql<{ asset: string | null }[]>`select asset from custody.chain`)[0]?.asset;
  expect(await assetNow()).toBeNull();
  await scene.advance();
  expect(await assetNow()).toBe("scripted:old");
  expect(await refusalOf(sql`update custody.chain set asset = 'scripted:new'`)).toContain(
    "stands for scripted:old",
  );
  expect(await refusalOf(sql`update custody.chain set asset = null`)).toContain("for ever");
});
