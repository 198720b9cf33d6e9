import { expect, test } from "bun:test";
import { HOUSE, accountStatement } from "@closebell/ledger";
import { advanceChain } from "./advance-chain.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const cold = outside(0xc01d);

const houseScene = (): Promise<Scene> =>
  custodyScene(scriptedChain({ simulated: false, coldWallet: cold }));

const fundingsOf = (scene: Scene) =>
  scene.scratch.owner.sql<{ address: string; amount: bigint; state: string; final: boolean }[]>`
    select address, amount, state, final from custody.funding order by amount`;

const capitalOf = async (scene: Scene): Promise<bigint> =>
  (await scene.balances(await scene.player())).capital;

test("money from outside for a wallet of the house is its capital, once it is final", async () => {
  await using scene = await houseScene();
  const { chain } = scene;
  chain.pay(chain.hotWallet, 100n);
  chain.pay(cold, 20n);
  chain.mine();
  await scene.advance();
  expect(await fundingsOf(scene)).toMatchObject([
    { address: cold, amount: 20n, state: "SEEN", final: false },
    { address: chain.hotWallet, amount: 100n, state: "SEEN", final: false },
  ]);
  expect(await capitalOf(scene)).toBe(0n);
  await scene.settle();
  expect((await fundingsOf(scene)).map(({ state, final }) => [state, final])).toEqual([
    ["BOOKED", true],
    ["BOOKED", true],
  ]);
  expect(await capitalOf(scene)).toBe(120n);
  const { items } = await accountStatement(scene.deps, { code: HOUSE.capital, limit: 10 });
  expect(items.map(({ kind }) => kind)).toEqual(["funding", "funding"]);
  expect(await scene.wrong()).toEqual([]);
});

test("what moves between our own addresses is neither a deposit nor a funding", async () => {
  await using scene = await houseScene();
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const other = await scene.addressOf(await scene.player());
  chain.pay(address, 50n);
  await scene.settle();
  for (const [from, to] of [
    [address, chain.hotWallet],
    [chain.hotWallet, cold],
    [cold, chain.hotWallet],
    [chain.hotWallet, address],
    [address, other],
  ] as const) {
    chain.pay(to, 10n, { from });
    await scene.settle();
  }
  expect([...(await fundingsOf(scene))]).toEqual([]);
  expect(await scene.balances(userId)).toMatchObject({ available: 50n, custody: 50n, capital: 0n });
  expect(await scene.wrong()).toEqual([]);
});

test("after a change of keys the old wallet is still ours", async () => {
  await using scene = await houseScene();
  const { chain } = scene;
  chain.pay(chain.hotWallet, 100n);
  await scene.settle();
  const hotWallet = outside(0x407);
  const renewed = { ...chain, hotWallet };
  const advance = () => advanceChain({ ...scene.deps, chains: [renewed] }, { by });
  chain.mine();
  await advance();
  chain.pay(hotWallet, 60n, { from: chain.hotWallet });
  chain.pay(hotWallet, 7n);
  chain.mine();
  chain.finalise();
  await advance();
  expect((await fundingsOf(scene)).map(({ amount }) => amount)).toEqual([7n, 100n]);
  expect(await capitalOf(scene)).toBe(107n);
});

test("a funding that vanishes was none; a booked one is taken back, and booked again when it comes back", async () => {
  await using scene = await houseScene();
  const { chain } = scene;
  chain.pay(chain.hotWallet, 100n);
  chain.mine();
  await scene.advance();
  chain.reorg(1);
  await scene.advance();
  expect((await fundingsOf(scene)).map(({ state }) => state)).toEqual(["REORGED"]);
  await scene.settle();
  expect(await capitalOf(scene)).toBe(100n);
  expect(scene.errors).toEqual([]);
  for (let round = 0; round < 2; round += 1) {
    chain.reorg(12, { evenFinal: true });
    await scene.advance();
    expect(await capitalOf(scene)).toBe(0n);
    expect(scene.errors).toContain("the chain took back money of the house");
    expect(await scene.wrong()).toEqual([]);
    chain.mine();
    await scene.advance();
    expect(await capitalOf(scene)).toBe(100n);
    await scene.settle();
  }
  expect(await scene.wrong()).toEqual([]);
});

test("a transaction that funds another amount when it is mined again is reported", async () => {
  await using scene = await houseScene();
  const { chain } = scene;
  const { tx } = chain.pay(chain.hotWallet, 100n);
  chain.mine();
  await scene.advance();
  chain.reorg(1, { lost: () => true });
  chain.pay(chain.hotWallet, 90n, { tx });
  chain.mine();
  const { problems } = await scene.advance();
  expect(problems).toMatchObject([{ step: "deposits", message: expect.stringContaining(tx) }]);
});

test("the database keeps fundings, their history and the house's wallets as they are", async () => {
  await using scene = await houseScene();
  const { chain } = scene;
  chain.pay(chain.hotWallet, 100n);
  chain.mine();
  await scene.advance();
  const { owner, database } = scene.scratch;
  const force = (change: string) =>
    refusalOf(owner.sql.unsafe(`update custody.funding set ${change}`));
  expect(await force("amount = 1")).toContain("never changes");
  expect(await force("state = 'BOOKED'")).toContain("funding_booked_when");
  expect(await force("state = 'BOOKED', booked_at = clock.now()")).toBe("done");
  expect(await force("state = 'SEEN'")).toContain("cannot go from BOOKED");
  expect(await force("state = 'REORGED'")).toBe("done");
  expect(await force("state = 'SEEN'")).toContain("cannot go from REORGED");
  for (const table of ["funding", "funding_event", "house_address"]) {
    expect(await refusalOf(owner.sql.unsafe(`delete from custody.${table}`))).toContain("refused");
    const clear = owner.sql.unsafe(`truncate custody.${table} cascade`);
    expect(await refusalOf(clear)).toContain("refused");
    const asService = database.sql.unsafe(`delete from custody.${table}`);
    expect(await refusalOf(asService)).toContain("permission denied");
  }
  expect(await refusalOf(owner.sql`update custody.funding_event set detail = 'x'`)).toContain(
    "refused",
  );
  expect(await refusalOf(owner.sql`update custody.house_address set purpose = 'cold'`)).toContain(
    "refused",
  );
});
