import { expect, test } from "bun:test";
import { randomIds } from "@closebell/context";
import { accountStatement, userAccount } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { blockUser } from "@closebell/protection";
import { getWithdrawal, withdrawalHistory } from "./get-withdrawal.ts";
import { listWithdrawals } from "./list-withdrawals.ts";
import { recordDeposit } from "./record-deposit.ts";
import { requestWithdrawal, type RequestWithdrawal } from "./request-withdrawal.ts";
import { savePayoutAddress } from "./save-payout-address.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";

const request = (scene: Scene, userId: string, input: Partial<RequestWithdrawal> = {}) =>
  requestWithdrawal(scene.deps, {
    by,
    userId,
    chain: scene.chain.name,
    to: outside(),
    amountMicroUsdc: microUsdc(30n),
    idempotencyKey: "k1",
    ...input,
  });

test("a request sets the money aside, where it can't be bet", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const { withdrawal, replayed } = await request(scene, userId);
  expect(replayed).toBe(false);
  expect(withdrawal).toMatchObject({
    userId,
    to: outside(),
    state: "REQUESTED",
    tx: null,
    attempts: 0,
    failureReason: null,
  });
  expect(await scene.balances(userId)).toMatchObject({
    available: 70n,
    withdrawing: 30n,
    custody: 100n,
  });
  const { deps } = scene;
  expect(await getWithdrawal(deps, { withdrawalId: withdrawal.id })).toEqual(withdrawal);
  const history = await withdrawalHistory(deps, { withdrawalId: withdrawal.id });
  expect(history).toMatchObject([{ n: 1, state: "REQUESTED", actor: by.actor.id }]);
  expect(await scene.wrong()).toEqual([]);
});

test("sent again, it is the first answer, whatever has become of it and in whatever month", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  await scene.scratch.setClock("2026-11-30T23:59:59Z");
  const first = await request(scene, userId);
  await scene.scratch.setClock("2026-12-01T00:00:01Z");
  await scene.settle();
  const { id } = first.withdrawal;
  expect((await getWithdrawal(scene.deps, { withdrawalId: id })).state).toBe("CONFIRMED");
  expect(await request(scene, userId)).toEqual({ withdrawal: first.withdrawal, replayed: true });
  expect(await scene.balances(userId)).toMatchObject({ available: 70n, withdrawing: 0n });
  const code = userAccount(userId, "withdrawing");
  const statement = await accountStatement(scene.deps, { code, limit: 10 });
  expect(statement.items.map((line) => [line.reference, line.period])).toEqual([
    [`withdrawal-payment/${id}`, 202611],
    [`withdrawal-request/${id}`, 202611],
  ]);
});

test("many at once with one key are one withdrawal", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const answers = await Promise.all(Array.from({ length: 20 }, () => request(scene, userId)));
  expect(answers.filter((answer) => !answer.replayed).length).toBe(1);
  expect(new Set(answers.map((answer) => answer.withdrawal.id)).size).toBe(1);
  expect(await scene.balances(userId)).toMatchObject({ available: 70n, withdrawing: 30n });
});

test("many at once with keys of their own take no more than there is", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      refusalOf(request(scene, userId, { idempotencyKey: `k${n}` })),
    ),
  );
  expect(answers.filter((answer) => answer === "done").length).toBe(3);
  expect(answers.filter((answer) => answer === "INSUFFICIENT_FUNDS").length).toBe(7);
  expect(await scene.balances(userId)).toMatchObject({ available: 10n, withdrawing: 90n });
  expect(await scene.wrong()).toEqual([]);
});

test("a key means one request: other contents are refused, other users have keys of their own", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  await request(scene, userId);
  for (const other of [{ to: outside(1) }, { amountMicroUsdc: microUsdc(31n) }]) {
    expect(await refusalOf(request(scene, userId, other))).toBe("IDEMPOTENCY_KEY_REUSED");
  }
  expect((await request(scene, await scene.player(100n))).replayed).toBe(false);
});

test("a refused request uses no key up", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const much = { amountMicroUsdc: microUsdc(101n) };
  expect(await refusalOf(request(scene, userId, much))).toBe("INSUFFICIENT_FUNDS");
  expect((await request(scene, userId)).replayed).toBe(false);
});

test("what can't be paid moves nothing", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const own = await scene.addressOf(userId);
  const another = await scene.addressOf(await scene.player());
  const cases: readonly (readonly [Partial<RequestWithdrawal>, string])[] = [
    [{ userId: randomIds.uuid() }, "USER_NOT_FOUND"],
    [{ userId: "nobody" }, "USER_NOT_FOUND"],
    [{ chain: "bitcoin" }, "CHAIN_NOT_FOUND"],
    [{ to: "nowhere" }, "ADDRESS_INVALID"],
    [{ to: own }, "ADDRESS_INVALID"],
    [{ to: another }, "ADDRESS_INVALID"],
    [{ amountMicroUsdc: microUsdc(0n) }, "AMOUNT_INVALID"],
    [{ amountMicroUsdc: microUsdc(-30n) }, "AMOUNT_INVALID"],
    [{ amountMicroUsdc: microUsdc(2n ** 63n - 1n) }, "INSUFFICIENT_FUNDS"],
    [{ idempotencyKey: "" }, "VALIDATION_FAILED"],
    [{ idempotencyKey: "x".repeat(201) }, "VALIDATION_FAILED"],
  ];
  for (const [input, code] of cases) {
    expect(await refusalOf(request(scene, userId, input))).toBe(code);
  }
  expect((await listWithdrawals(scene.deps, { limit: 10 })).items).toEqual([]);
  expect(await scene.balances(userId)).toMatchObject({ available: 100n, withdrawing: 0n });
});

test("an address of ours is refused in any spelling", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const asIs = (text: string) => (/^0x[0-9a-fA-F]{40}$/.test(text) ? text : undefined);
  const anyCase = { ...chain, addressFrom: asIs };
  const userId = await scene.player(100n);
  const cold = outside(7);
  const owns = [await scene.addressOf(userId), chain.hotWallet, cold];
  const deps = { ...scene.deps, chains: [{ ...anyCase, coldWallet: cold }] };
  const what = { by, userId, chain: chain.name, amountMicroUsdc: microUsdc(1n) };
  for (const own of owns) {
    const to = `0x${own.slice(2).toUpperCase()}`;
    expect(to).not.toBe(own);
    const asked = requestWithdrawal(deps, { ...what, to, idempotencyKey: "k" });
    expect(await refusalOf(asked)).toBe("ADDRESS_INVALID");
    const saved = savePayoutAddress(deps, { by, userId, chain: chain.name, address: to });
    expect(await refusalOf(saved)).toBe("ADDRESS_INVALID");
  }
});

test("an address is kept in the chain's spelling, in whichever it was given", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const to = `0x${"Ab".repeat(20)}`;
  const first = await request(scene, userId, { to });
  expect(first.withdrawal.to).toBe(to.toLowerCase());
  expect((await request(scene, userId, { to: to.toUpperCase().replace("X", "x") })).replayed).toBe(
    true,
  );
});

test("more than one withdrawal may be is refused, and sets nothing aside", async () => {
  await using scene = await custodyScene(undefined, { withdrawalMaximum: microUsdc(30n) });
  const userId = await scene.player(100n);
  const above = request(scene, userId, { amountMicroUsdc: microUsdc(31n) });
  expect(await refusalOf(above)).toBe("WITHDRAWAL_LIMIT_EXCEEDED");
  expect((await request(scene, userId)).replayed).toBe(false);
  expect(await scene.balances(userId)).toMatchObject({ available: 70n, withdrawing: 30n });
});

test("less than a payment is worth is refused, unless it is all there is, held money too", async () => {
  await using scene = await custodyScene(undefined, { withdrawalMinimum: microUsdc(20n) });
  const userId = await scene.player(25n);
  const ask = (amount: bigint, key: string) =>
    request(scene, userId, { amountMicroUsdc: microUsdc(amount), idempotencyKey: key });
  for (const amount of [1n, 19n]) {
    expect([amount, await refusalOf(ask(amount, `${amount}`))]).toEqual([amount, "AMOUNT_INVALID"]);
  }
  expect((await ask(20n, "least")).replayed).toBe(false);
  await blockUser(scene.deps, { by, userId });
  const told = {
    chain: scene.chain.name,
    tx: "held",
    log: 0,
    userId,
    amountMicroUsdc: microUsdc(6n),
  };
  await recordDeposit(scene.deps, { by, ...told });
  expect(await refusalOf(ask(5n, "some"))).toBe("AMOUNT_INVALID");
  expect((await ask(11n, "all")).withdrawal.fromHeldMicroUsdc).toBe(microUsdc(6n));
  expect((await ask(20n, "least")).replayed).toBe(true);
  expect(await scene.balances(userId)).toMatchObject({ available: 0n, withdrawing: 31n });
});

test("an id in capitals is the same user", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const { withdrawal } = await request(scene, userId.toUpperCase());
  expect(withdrawal.userId).toBe(userId);
  expect((await request(scene, userId)).replayed).toBe(true);
});

test("withdrawals are listed newest first, each once", async () => {
  await using scene = await custodyScene();
  const { deps } = scene;
  const userId = await scene.player(100n);
  const made: string[] = [];
  for (const key of ["a", "b", "c"]) made.unshift(await scene.withdraw(userId, 1n, key));
  const first = await listWithdrawals(deps, { userId, limit: 2 });
  const cursor = first.nextCursor ?? "";
  const second = await listWithdrawals(deps, { userId, limit: 2, cursor });
  expect([...first.items, ...second.items].map((withdrawal) => withdrawal.id)).toEqual(made);
  expect(second.nextCursor).toBeNull();
  expect((await listWithdrawals(deps, { state: "FAILED", limit: 2 })).items).toEqual([]);
  expect(await refusalOf(listWithdrawals(deps, { limit: 2, cursor }))).toBe("CURSOR_INVALID");
  expect(await refusalOf(listWithdrawals(deps, { userId: "x", limit: 2 }))).toBe("USER_NOT_FOUND");
  for (const withdrawalId of [userId, "x"]) {
    expect(await refusalOf(getWithdrawal(deps, { withdrawalId }))).toBe("WITHDRAWAL_NOT_FOUND");
  }
});
