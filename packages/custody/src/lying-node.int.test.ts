import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { advanceChain } from "./advance-chain.ts";
import { listDeposits } from "./list-deposits.ts";
import { by, custodyScene, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain, type ScriptedChainOptions } from "./testing/scripted-chain.ts";

const early = { confirmations: [{ blocks: 1 }] };

const realScene = (policy = {}, options: ScriptedChainOptions = {}): Promise<Scene> =>
  custodyScene(scriptedChain({ simulated: false, ...options }), policy);

const statesOf = async (scene: Scene) =>
  (await listDeposits(scene.deps, { limit: 100 })).items.map((deposit) => deposit.state);

const payee = async (scene: Scene) => {
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const available = async () => (await scene.balances(userId)).available;
  return { userId, address, available };
};

/** What went wrong with reading, and nothing else. */
const problemsOf = async (scene: Scene): Promise<readonly string[]> =>
  (await scene.advance()).problems
    .filter(({ step }) => step === "deposits")
    .map(({ message }) => message);

test("an empty list takes nothing back: the block that holds the deposit still stands", async () => {
  await using scene = await realScene(early);
  const { chain } = scene;
  const { address, available } = await payee(scene);
  chain.pay(address, 5n);
  chain.mine();
  await scene.advance();
  chain.node.empty = true;
  await scene.settle();
  expect(await statesOf(scene)).toEqual(["CREDITED"]);
  expect(await available()).toBe(5n);
  expect(scene.errors).toEqual([]);
});

test("what was left out is found by the next reading that is told the truth", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const { address, available } = await payee(scene);
  chain.pay(address, 5n);
  chain.mine();
  chain.node.empty = true;
  await scene.settle();
  expect(await statesOf(scene)).toEqual([]);
  chain.mine(10);
  await scene.advance();
  chain.node.empty = false;
  chain.mine();
  await scene.advance();
  expect(await available()).toBe(5n);
  expect(scene.errors).toEqual([]);
});

test("a node that is behind, or goes back, changes nothing", async () => {
  await using scene = await realScene(early);
  const { chain } = scene;
  const { address, available } = await payee(scene);
  chain.pay(address, 5n);
  chain.mine();
  await scene.advance();
  const before = await statesOf(scene);
  for (const lag of [1, 3, 8]) {
    chain.node.lag = lag;
    expect(await scene.advance()).toMatchObject({ deposits: 0, reorged: 0 });
    expect(await statesOf(scene)).toEqual(before);
  }
  chain.pay(address, 7n);
  chain.mine(9);
  await scene.advance();
  chain.node.lag = 0;
  await scene.advance();
  expect(await available()).toBe(12n);
  expect(await scene.wrong()).toEqual([]);
});

test("a node that is behind since a reorganisation knows nothing of the new blocks, and undoes nothing", async () => {
  await using scene = await realScene(early, { finalDepth: 6 });
  const { chain } = scene;
  const { address, available } = await payee(scene);
  chain.mine(2);
  chain.reorg(1);
  chain.pay(address, 5n);
  chain.mine();
  await scene.advance();
  expect(await available()).toBe(5n);
  chain.node.lag = 2;
  await scene.advance();
  expect(await statesOf(scene)).toEqual(["CREDITED"]);
});

test("transfers of a block that has vanished are believed by nobody, and none of the page", async () => {
  await using scene = await realScene(early);
  const { chain } = scene;
  const { address, available } = await payee(scene);
  await scene.advance();
  chain.pay(address, 5n);
  chain.mine();
  chain.reorg(1, { lost: () => true });
  chain.pay(address, 7n);
  chain.mine();
  chain.node.ghosts = true;
  expect(await problemsOf(scene)).toEqual([expect.stringContaining("does not stand")]);
  expect(await statesOf(scene)).toEqual([]);
  chain.node.ghosts = false;
  expect(await problemsOf(scene)).toEqual([]);
  expect(await available()).toBe(7n);
});

test("while two nodes tell different things, nothing is read and nothing skipped", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const { address, available } = await payee(scene);
  await scene.advance();
  chain.pay(address, 5n);
  chain.node.disputed = true;
  for (let block = 0; block < 50; block += 1) chain.mine();
  expect(await problemsOf(scene)).toEqual([expect.stringContaining("told in two ways")]);
  chain.node.disputed = false;
  await scene.advance();
  expect(await available()).toBe(5n);
});

test("a chain that is down holds up no other, and is read on when it is back", async () => {
  await using scene = await realScene();
  const other = scriptedChain({ name: "other", simulated: false });
  const deps = { ...scene.deps, chains: [scene.chain, other] };
  const { address, available } = await payee(scene);
  scene.chain.pay(address, 5n);
  scene.chain.mine(20);
  scene.chain.node.down = true;
  const { problems } = await advanceChain(deps, { by });
  expect(new Set(problems.map(({ chain }) => chain))).toEqual(new Set(["scripted"]));
  expect(problems.map(({ step }) => step)).toContain("deposits");
  const read = await scene.scratch.owner
    .sql`select from custody.scan where chain = 'other' and block > 0`;
  expect(read.length).toBe(1);
  scene.chain.node.down = false;
  await scene.advance();
  expect(await available()).toBe(5n);
});

test("where even a final block vanishes, it is told, read further back, and the house bears what is gone", async () => {
  await using scene = await realScene({ backfillBlocks: 30 });
  const { chain } = scene;
  const { userId, address, available } = await payee(scene);
  const lost = chain.pay(address, 5n);
  chain.pay(address, 7n);
  chain.pay(chain.hotWallet, 100n);
  chain.mine();
  chain.finalise();
  await scene.advance();
  expect(await available()).toBe(12n);
  chain.mine(2);
  chain.reorg(8, { evenFinal: true, lost: (tx) => tx === lost.tx });
  chain.mine();
  chain.finalise();
  await scene.advance();
  expect(scene.errors).toContain("a block that was final has vanished: reading further back");
  expect(scene.errors).toContain(
    "the chain took back a credited deposit: house/capital bears the loss",
  );
  expect((await statesOf(scene)).toSorted()).toEqual(["CREDITED", "REORGED"]);
  expect(await scene.balances(userId)).toMatchObject({
    available: 12n,
    capital: 95n,
    custody: 107n,
  });
  expect(await scene.wrong()).toEqual([]);
  const errors = scene.errors.length;
  await scene.settle();
  expect(scene.errors.length).toBe(errors);
});

test("a suspended deposit that vanishes takes its money along, and brings it back", async () => {
  await using scene = await realScene({ depositMinimum: microUsdc(10n) });
  const { chain } = scene;
  const { address } = await payee(scene);
  const suspense = async () => {
    const [row] = await scene.scratch.owner.sql<{ balance: bigint }[]>`
      select balance from ledger.account where code = 'house/suspense'`;
    return row?.balance;
  };
  chain.pay(address, 5n);
  chain.mine();
  chain.finalise();
  await scene.advance();
  expect([await statesOf(scene), await suspense()]).toEqual([["SUSPENDED"], 5n]);
  chain.reorg(6, { evenFinal: true });
  await scene.advance();
  expect([await statesOf(scene), await suspense()]).toEqual([["REORGED"], 0n]);
  expect(await scene.wrong()).toEqual([]);
  chain.mine();
  await scene.advance();
  expect([await statesOf(scene), await suspense()]).toEqual([["SUSPENDED"], 5n]);
  await scene.settle();
  expect(await scene.wrong()).toEqual([]);
});
