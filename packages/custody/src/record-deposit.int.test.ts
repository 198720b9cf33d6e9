import { expect, test } from "bun:test";
import { randomIds } from "@closebell/context";
import { accountStatement, userAccount } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { getDeposit } from "./get-deposit.ts";
import { listDeposits } from "./list-deposits.ts";
import { recordDeposit, type RecordDeposit } from "./record-deposit.ts";
import { releaseDeposit } from "./release-deposit.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const five = microUsdc(5_000_000n);

const record = (scene: Scene, input: Partial<RecordDeposit>) =>
  recordDeposit(scene.deps, {
    by,
    chain: scene.chain.name,
    tx: "0xd1",
    log: 0,
    amountMicroUsdc: five,
    ...input,
  });

test("a deposit to a user credits what he may bet", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  const { deposit, replayed } = await record(scene, { userId });
  expect(replayed).toBe(false);
  expect(deposit).toMatchObject({ userId, state: "CREDITED", amountMicroUsdc: five });
  expect(deposit.address).toBe(await scene.addressOf(userId));
  expect(deposit.creditedAt).toEqual(deposit.createdAt);
  expect(await scene.balances(userId)).toMatchObject({ available: five, custody: five });
  expect(await getDeposit(scene.deps, { depositId: deposit.id })).toEqual(deposit);
  expect(await scene.wrong()).toEqual([]);
});

test("below the minimum it is set aside, and told again it stays so until somebody releases it", async () => {
  await using scene = await custodyScene(scriptedChain(), { depositMinimum: microUsdc(10n) });
  const userId = await scene.player();
  const told = { userId, amountMicroUsdc: microUsdc(9n) };
  const { deposit } = await record(scene, told);
  expect(deposit.state).toBe("SUSPENDED");
  expect(await record(scene, told)).toEqual({ deposit, replayed: true });
  expect(await scene.balances(userId)).toMatchObject({ available: 0n, custody: 9n });
  const release = { by: { ...by, reason: "he asked" }, depositId: deposit.id };
  expect((await releaseDeposit(scene.deps, release)).state).toBe("CREDITED");
  expect(await record(scene, told)).toMatchObject({
    deposit: { state: "CREDITED" },
    replayed: true,
  });
  const enough = { userId, tx: "0xd2", amountMicroUsdc: microUsdc(10n) };
  expect((await record(scene, enough)).deposit.state).toBe("CREDITED");
  expect(await scene.balances(userId)).toMatchObject({ available: 19n, custody: 19n });
  expect(await scene.wrong()).toEqual([]);
});

test("told again, by user or by address, it is the first answer and no more money", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const first = await record(scene, { userId });
  for (const to of [{ userId }, { address }, { userId, address }]) {
    expect(await record(scene, to)).toEqual({ deposit: first.deposit, replayed: true });
  }
  expect((await scene.balances(userId)).available).toBe(five);
});

test("told again in another month, it still counts once, in the month it was recorded", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  await scene.scratch.setClock("2026-11-30T23:59:59Z");
  const { deposit } = await record(scene, { userId });
  await scene.scratch.setClock("2026-12-01T00:00:01Z");
  expect((await record(scene, { userId })).replayed).toBe(true);
  const code = userAccount(userId, "available");
  const statement = await accountStatement(scene.deps, { code, limit: 10 });
  expect(statement.items.map((line) => [line.reference, line.period])).toEqual([
    [`deposit/${deposit.id}`, 202611],
  ]);
});

test("told by many at once, it is recorded by one", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  await scene.addressOf(userId);
  const answers = await Promise.all(Array.from({ length: 20 }, () => record(scene, { userId })));
  expect(answers.filter((answer) => !answer.replayed).length).toBe(1);
  expect(new Set(answers.map((answer) => answer.deposit.id)).size).toBe(1);
  expect((await scene.balances(userId)).available).toBe(five);
});

test("the same name with another amount or user is a conflict, another log a deposit", async () => {
  await using scene = await custodyScene();
  const [userId, other] = [await scene.player(), await scene.player()];
  await record(scene, { userId });
  const conflicts = [
    record(scene, { userId, amountMicroUsdc: microUsdc(6_000_000n) }),
    record(scene, { userId: other }),
  ];
  for (const conflict of conflicts) expect(await refusalOf(conflict)).toBe("DEPOSIT_CONFLICT");
  expect((await record(scene, { userId, log: 1 })).replayed).toBe(false);
  expect((await scene.balances(userId)).available).toBe(five * 2n);
  expect((await scene.balances(other)).available).toBe(0n);
});

test("two who tell different things at once: one is right, the other a conflict", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  await scene.addressOf(userId);
  const amounts = [1n, 2n].map(microUsdc);
  const answers = await Promise.all(
    amounts.map((amountMicroUsdc) => refusalOf(record(scene, { userId, amountMicroUsdc }))),
  );
  expect(answers.toSorted()).toEqual(["DEPOSIT_CONFLICT", "done"]);
  expect(await scene.wrong()).toEqual([]);
});

test("what can't be a deposit moves nothing", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  const cases: readonly (readonly [Partial<RecordDeposit>, string])[] = [
    [{ address: outside() }, "ADDRESS_UNKNOWN"],
    [{ userId, address: outside() }, "ADDRESS_UNKNOWN"],
    [{ address: "nowhere" }, "ADDRESS_INVALID"],
    [{ userId: randomIds.uuid() }, "USER_NOT_FOUND"],
    [{ userId, chain: "bitcoin" }, "CHAIN_NOT_FOUND"],
    [{ userId, amountMicroUsdc: microUsdc(0n) }, "AMOUNT_INVALID"],
    [{ userId, amountMicroUsdc: microUsdc(-1n) }, "AMOUNT_INVALID"],
    [{ userId, tx: "" }, "VALIDATION_FAILED"],
    [{ userId, tx: "a\u0000b" }, "VALIDATION_FAILED"],
    [{ userId, log: -1 }, "VALIDATION_FAILED"],
    [{ userId, log: 0.5 }, "VALIDATION_FAILED"],
    [{ userId, log: 2 ** 31 }, "VALIDATION_FAILED"],
    [{}, "VALIDATION_FAILED"],
  ];
  for (const [input, code] of cases) expect(await refusalOf(record(scene, input))).toBe(code);
  expect((await listDeposits(scene.deps, { limit: 10 })).items).toEqual([]);
  expect((await scene.balances(userId)).available).toBe(0n);
  expect((await record(scene, { address })).replayed).toBe(false);
});

test("more than an account can hold is refused, and recorded nowhere", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  const most = microUsdc(2n ** 63n - 1n);
  await record(scene, { userId, amountMicroUsdc: most });
  expect(await refusalOf(record(scene, { userId, log: 1, amountMicroUsdc: most }))).toBe(
    "AMOUNT_OVERFLOW",
  );
  expect((await listDeposits(scene.deps, { userId, limit: 10 })).items.length).toBe(1);
  expect(await scene.wrong()).toEqual([]);
});

test("a real chain is not taken at anybody's word", async () => {
  await using scene = await custodyScene({ ...scriptedChain(), simulated: false });
  const userId = await scene.player();
  expect(await refusalOf(record(scene, { userId }))).toBe("SANDBOX_ONLY");
});

test("deposits are listed newest first, each once, by user or all", async () => {
  await using scene = await custodyScene();
  const [userId, other] = [await scene.player(), await scene.player()];
  const made: string[] = [];
  for (let log = 0; log < 5; log += 1) {
    made.unshift((await record(scene, { userId, log })).deposit.id);
  }
  await record(scene, { userId: other, tx: "0xd2" });
  const { deps } = scene;
  const first = await listDeposits(deps, { userId, limit: 3 });
  const cursor = first.nextCursor ?? "";
  const second = await listDeposits(deps, { userId, limit: 3, cursor });
  expect([...first.items, ...second.items].map((deposit) => deposit.id)).toEqual(made);
  expect(second.nextCursor).toBeNull();
  expect((await listDeposits(deps, { limit: 10 })).items.length).toBe(6);
  expect((await listDeposits(deps, { state: "SEEN", limit: 10 })).items).toEqual([]);
  expect(await refusalOf(listDeposits(deps, { userId: other, limit: 3, cursor }))).toBe(
    "CURSOR_INVALID",
  );
  expect(await refusalOf(listDeposits(deps, { userId: "x", limit: 3 }))).toBe("USER_NOT_FOUND");
  for (const depositId of [userId, "x"]) {
    expect(await refusalOf(getDeposit(deps, { depositId }))).toBe("DEPOSIT_NOT_FOUND");
  }
});
