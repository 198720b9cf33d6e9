import { expect, test } from "bun:test";
import { accountStatement, userAccount } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { advanceChain } from "./advance-chain.ts";
import type { Chain } from "./chain.ts";
import type { DepositState } from "./deposit-state.ts";
import { listDeposits } from "./list-deposits.ts";
import { recordDeposit } from "./record-deposit.ts";
import { requestWithdrawal } from "./request-withdrawal.ts";
import { by, custodyScene, outside, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const five = microUsdc(5n);

const statesOf = async (scene: Scene): Promise<readonly DepositState[]> =>
  (await listDeposits(scene.deps, { limit: 100 })).items.map((deposit) => deposit.state);

test("a deposit is seen without money, and credited once it is confirmed", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player();
  const { tx } = chain.deposit({ address: await scene.addressOf(userId), amount: five });
  expect((await scene.advance()).deposits).toBe(0);
  expect(await statesOf(scene)).toEqual(["SEEN"]);
  expect((await scene.balances(userId)).available).toBe(0n);
  await scene.scratch.setClock("2026-11-20T12:10:00Z");
  chain.confirm(tx);
  expect((await scene.advance()).deposits).toBe(1);
  const [deposit] = (await listDeposits(scene.deps, { limit: 1 })).items;
  expect(deposit?.state).toBe("CREDITED");
  expect(deposit?.createdAt.toString()).toBe("2026-11-20T12:00:00Z");
  expect(deposit?.creditedAt?.toString()).toBe("2026-11-20T12:10:00Z");
  chain.repeat(tx);
  chain.confirm(tx);
  expect((await scene.advance()).deposits).toBe(0);
  expect(await scene.balances(userId)).toMatchObject({ available: 5n, custody: 5n });
  expect(await scene.wrong()).toEqual([]);
});

test("seen in one month and confirmed in the next, it counts in the month it was seen", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  const { tx } = scene.chain.deposit({ address: await scene.addressOf(userId), amount: five });
  await scene.advance();
  await scene.scratch.setClock("2026-12-01T00:00:00Z");
  scene.chain.confirm(tx);
  await scene.advance();
  const code = userAccount(userId, "available");
  const { items } = await accountStatement(scene.deps, { code, limit: 10 });
  expect(items.map((line) => [line.kind, line.period])).toEqual([["deposit", 202611]]);
  expect(await scene.wrong()).toEqual([]);
});

test("a deposit that vanishes before it counts moves nothing, and counts if it comes back", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player();
  const { tx } = chain.deposit({ address: await scene.addressOf(userId), amount: five });
  await scene.advance();
  chain.reorg(tx);
  expect((await scene.advance()).reorged).toBe(1);
  expect(await statesOf(scene)).toEqual(["REORGED"]);
  expect(scene.errors).toEqual([]);
  expect(await scene.balances(userId)).toEqual({
    available: 0n,
    withdrawing: 0n,
    capital: 0n,
    custody: 0n,
  });
  chain.confirm(tx);
  expect((await scene.advance()).deposits).toBe(1);
  expect((await scene.balances(userId)).available).toBe(5n);
  expect(await scene.wrong()).toEqual([]);
});

test("a credited deposit that vanishes is the house's loss; the user keeps what he may have spent", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const { tx } = chain.deposit({ address, amount: five, confirmed: true });
  await scene.advance();
  await scene.withdraw(userId, 5n, "all");
  chain.reorg(tx);
  chain.repeat(tx);
  expect((await scene.advance()).reorged).toBe(1);
  expect(await statesOf(scene)).toEqual(["REORGED"]);
  expect(scene.errors).toEqual([
    "the chain took back a credited deposit: house/capital bears the loss",
  ]);
  expect(await scene.balances(userId)).toEqual({
    available: 0n,
    withdrawing: 0n,
    capital: -5n,
    custody: -5n,
  });
  expect(await scene.wrong()).toEqual([]);
});

test("it may come back and vanish again: the house gains and loses, the user nothing", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const { tx } = chain.deposit({ address, amount: five, confirmed: true });
  await scene.advance();
  for (let round = 0; round < 2; round += 1) {
    chain.reorg(tx);
    await scene.advance();
    expect(await scene.balances(userId)).toMatchObject({
      available: 5n,
      capital: -5n,
      custody: 0n,
    });
    await scene.scratch.setClock(`2026-11-2${round + 1}T00:00:00Z`);
    chain.confirm(tx);
    await scene.advance();
    expect(await scene.balances(userId)).toMatchObject({ available: 5n, capital: 0n, custody: 5n });
  }
  expect(await scene.wrong()).toEqual([]);
});

test("seen, vanished and confirmed, told in one page, is credited once", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player();
  const { tx } = chain.deposit({ address: await scene.addressOf(userId), amount: five });
  chain.reorg(tx);
  chain.confirm(tx);
  chain.confirm(tx);
  expect((await scene.advance()).deposits).toBe(1);
  expect((await scene.balances(userId)).available).toBe(5n);
});

test("what isn't ours, or is nothing, is passed over", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  chain.deposit({ address: outside(), amount: five, confirmed: true });
  chain.deposit({ address, amount: microUsdc(0n), confirmed: true });
  chain.deposit({ address, amount: five, confirmed: true });
  expect(await scene.advance()).toMatchObject({ deposits: 1, reorged: 0, problems: [] });
  expect(await statesOf(scene)).toEqual(["CREDITED"]);
});

test("a deposit that vanished before it was ever seen leaves no trace", async () => {
  await using scene = await custodyScene();
  const address = await scene.addressOf(await scene.player());
  const vanished = { tx: "0x1", log: 0, address, amount: five, confirmed: false, reorged: true };
  const chain: Chain = {
    ...scene.chain,
    deposits: () => Promise.resolve({ deposits: [vanished], cursor: "1" }),
  };
  const progress = await advanceChain({ ...scene.deps, chains: [chain] }, { by });
  expect(progress).toMatchObject({ deposits: 0, reorged: 0, problems: [] });
  expect(await statesOf(scene)).toEqual([]);
});

test("a contradiction is reported and holds up nothing after it", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const { tx } = chain.deposit({ address, amount: five, confirmed: true });
  chain.deposit({ address, amount: microUsdc(6n), confirmed: true, tx });
  chain.deposit({ address, amount: microUsdc(7n), confirmed: true });
  const { deposits, problems } = await scene.advance();
  expect(deposits).toBe(2);
  expect(problems).toMatchObject([{ chain: "scripted", step: "deposits" }]);
  expect((await scene.balances(userId)).available).toBe(12n);
  expect((await scene.advance()).problems).toEqual([]);
});

test("somebody's word for a deposit never outweighs the chain's", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const { tx, log } = chain.deposit({ address, amount: five });
  await scene.advance();
  const word = { by, chain: chain.name, tx, log, address, amountMicroUsdc: five };
  expect(await recordDeposit(deps, word)).toMatchObject({
    deposit: { state: "CREDITED" },
    replayed: false,
  });
  chain.confirm(tx);
  await scene.advance();
  expect((await scene.balances(userId)).available).toBe(5n);
  expect(await scene.wrong()).toEqual([]);
});

test("a chain that is down holds up no other chain", async () => {
  await using scene = await custodyScene();
  const other = scriptedChain({ name: "other" });
  const deps = { ...scene.deps, chains: [scene.chain, other] };
  const userId = await scene.player(100n);
  scene.chain.down(true);
  const amountMicroUsdc = five;
  const request = { by, userId, to: outside(), amountMicroUsdc };
  await requestWithdrawal(deps, { ...request, chain: "scripted", idempotencyKey: "a" });
  await requestWithdrawal(deps, { ...request, chain: "other", idempotencyKey: "b" });
  const { problems, confirmed } = await advanceChain(deps, { by });
  expect(problems.map(({ chain, step }) => [chain, step])).toEqual([
    ["scripted", "deposits"],
    ["scripted", "broadcast"],
  ]);
  expect(confirmed).toBe(1);
  expect(other.sent.length).toBe(1);
});

test("a reader that fell asleep can't undo what another has read since", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const { tx } = chain.deposit({ address, amount: five, confirmed: true });

  const asleep = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const slow: Chain = {
    ...chain,
    async deposits(cursor) {
      const page = await chain.deposits(cursor);
      answered.resolve();
      await asleep.promise;
      return page;
    },
  };
  const sleeper = advanceChain({ ...deps, chains: [slow] }, { by });
  await answered.promise;
  chain.reorg(tx);
  expect(await scene.advance()).toMatchObject({ deposits: 0, reorged: 0 });
  await scene.expireClaims();
  expect(await scene.advance()).toMatchObject({ deposits: 1, reorged: 1 });
  asleep.resolve();
  const { deposits, problems } = await sleeper;
  expect(deposits).toBe(0);
  expect(problems).toMatchObject([
    { step: "deposits", message: expect.stringContaining("took too long") },
  ]);
  expect(await statesOf(scene)).toEqual(["REORGED"]);
  chain.confirm(tx);
  expect((await scene.advance()).deposits).toBe(1);
  expect(await scene.balances(userId)).toMatchObject({ available: 5n, capital: 0n, custody: 5n });
  expect(await scene.wrong()).toEqual([]);
});

test("the database allows no other way through a deposit's states", async () => {
  await using scene = await custodyScene();
  const { sql } = scene.scratch.owner;
  const address = await scene.addressOf(await scene.player());
  scene.chain.deposit({ address, amount: five });
  await scene.advance();
  const force = (state: string, credited: string | null) =>
    sql`update custody.deposit set state = ${state}, credited_at = ${credited}::timestamptz`.then(
      () => "done",
      String,
    );
  expect(await force("CREDITED", "2026-11-20T12:00:00Z")).toContain("cannot go from SEEN");
  expect(await force("CONFIRMED", "2026-11-20T12:00:00Z")).toContain("deposit_credited_when");
  expect(await force("CONFIRMED", null)).toBe("done");
  expect(await force("SEEN", null)).toContain("cannot go from CONFIRMED");
  expect(await force("CREDITED", "2026-11-20T12:00:00Z")).toBe("done");
  expect(await force("REORGED", null)).toContain("never changes");
  expect(await force("REORGED", "2026-11-20T12:00:00Z")).toBe("done");
  expect(await force("SEEN", "2026-11-20T12:00:00Z")).toContain("cannot go from REORGED");
  const moved = sql`update custody.deposit set amount = 6`.then(() => "done", String);
  expect(await moved).toContain("never changes");
});
