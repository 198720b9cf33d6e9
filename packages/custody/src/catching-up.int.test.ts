import { expect, test } from "bun:test";
import { advanceChain } from "./advance-chain.ts";
import { MAX_PAGE } from "./read-pages.ts";
import { by, custodyScene, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain, type ScriptedChainOptions } from "./testing/scripted-chain.ts";

const realScene = (policy = {}, options: ScriptedChainOptions = {}): Promise<Scene> =>
  custodyScene(scriptedChain({ simulated: false, ...options }), policy);

const payee = async (scene: Scene) => {
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const available = async () => (await scene.balances(userId)).available;
  return { userId, address, available };
};

test("where a node reads few blocks at once, pages are halved until it answers, and grow again", async () => {
  await using scene = await realScene({}, { firstBlock: 200 });
  const { chain } = scene;
  const { address, available } = await payee(scene);
  const size = async () => {
    const [row] = await scene.scratch.owner.sql<{ size: number }[]>`
      select page_blocks as size from custody.scan`;
    return row?.size;
  };
  chain.pay(address, 5n);
  chain.mine();
  chain.pay(address, 7n);
  chain.mine();
  chain.finalise();
  let longest = 0n;
  const { transfers } = chain;
  const watched = {
    ...chain,
    transfers(query: Parameters<typeof transfers>[0]) {
      const blocks = query.to.number - query.from + 1n;
      if (blocks > longest) longest = blocks;
      return transfers(query);
    },
  };
  chain.node.maxBlocks = 20;
  await advanceChain({ ...scene.deps, chains: [watched] }, { by });
  expect(await available()).toBe(12n);
  expect(longest).toBeGreaterThan(100n);
  expect(await size()).toBeLessThanOrEqual(23);
  chain.node.maxBlocks = 10_000;
  for (let pass = 0; pass < 12; pass += 1) {
    chain.mine(40);
    await scene.advance();
  }
  expect(await size()).toBeGreaterThan(40);
  expect(await size()).toBeLessThanOrEqual(MAX_PAGE);
  expect(await scene.wrong()).toEqual([]);
});

test("after a long time off, many passes catch up without holding up all else", async () => {
  await using scene = await realScene({}, { firstBlock: 300 });
  const { chain } = scene;
  const { address, available } = await payee(scene);
  chain.pay(address, 5n);
  chain.mine();
  chain.finalise();
  await scene.scratch.owner
    .sql`insert into custody.scan (chain, page_blocks) values ('scripted', 5)`;
  chain.node.maxBlocks = 5;
  let passes = 0;
  for (; (await available()) === 0n && passes < 20; passes += 1) {
    expect((await scene.advance()).problems).toEqual([]);
  }
  expect(await available()).toBe(5n);
  expect(passes).toBeGreaterThan(1);
});

test("a node that never reads more than a few blocks at once is come to terms with, over passes", async () => {
  await using scene = await realScene({}, { firstBlock: 300 });
  const { chain } = scene;
  const { address, available } = await payee(scene);
  chain.pay(address, 5n);
  chain.mine();
  chain.finalise();
  chain.node.maxBlocks = 10;
  let refused = 0;
  for (let pass = 0; (await available()) === 0n && pass < 10; pass += 1) {
    refused += (await scene.advance()).problems.length;
  }
  expect(await available()).toBe(5n);
  expect(refused).toBe(1);
});

test("one block at a time, it still comes past everything that is not final", async () => {
  await using scene = await realScene({}, { finalDepth: 30, firstBlock: 5 });
  const { chain } = scene;
  const { address, available } = await payee(scene);
  await scene.advance();
  chain.mine(50);
  await scene.advance();
  chain.node.maxBlocks = 1;
  await scene.scratch.owner.sql`update custody.scan set page_blocks = 1`;
  for (let round = 0; round < 3; round += 1) {
    chain.pay(address, 5n);
    chain.mine(15);
    await scene.advance();
    await scene.advance();
  }
  chain.finalise();
  for (let pass = 0; pass < 4; pass += 1) {
    await scene.advance();
    chain.mine();
  }
  expect(await available()).toBe(15n);
});

test("above a thousand wallets the node is not told which ones are ours, and each still gets what is his", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const { address, available } = await payee(scene);
  const asked: (number | undefined)[] = [];
  const curious = {
    ...chain,
    transfers(query: Parameters<typeof chain.transfers>[0]) {
      asked.push(query.recipients?.length);
      return chain.transfers(query);
    },
  };
  const advance = () => advanceChain({ ...scene.deps, chains: [curious] }, { by });
  await advance();
  expect(asked.at(-1)).toBe(2);
  await scene.scratch.owner.sql`
    with made as (
      insert into identity.user (id, kind, created_at)
      select gen_random_uuid(), 'player', clock.now() from generate_series(1, 1000) returning id
    )
    insert into custody.wallet (user_id, chain, index, address, created_at)
    select id, 'scripted', 1000 + row_number() over (), 'w' || row_number() over (), clock.now() from made`;
  chain.pay(address, 5n);
  chain.mine();
  chain.finalise();
  await advance();
  expect(asked.at(-1)).toBeUndefined();
  expect(await available()).toBe(5n);
});
