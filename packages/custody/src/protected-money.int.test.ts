import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { balancesOf, userAccount } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import {
  blockUser,
  excludeSelf,
  listLimits,
  screenPlayer,
  setLimit,
  unblockUser,
  type LimitPeriod,
  type Screening,
  type ScreeningRefusal,
} from "@closebell/protection";
import { approveDue } from "./approve-due.ts";
import { approveWithdrawal } from "./approve-withdrawal.ts";
import { assignNumbers } from "./assign-numbers.ts";
import { noProgress } from "./chain-pass.ts";
import { getDeposit } from "./get-deposit.ts";
import { listWithdrawals } from "./list-withdrawals.ts";
import { recordDeposit } from "./record-deposit.ts";
import { rejectWithdrawal } from "./reject-withdrawal.ts";
import { releaseDeposit } from "./release-deposit.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";
import { useHeld } from "./use-held.ts";

const limit = (scene: Scene, userId: string, amount: bigint, period: LimitPeriod = "day") =>
  setLimit(scene.deps, { by, userId, kind: "deposit", period, amount: microUsdc(amount) });

const deposit = async (scene: Scene, userId: string, amount: bigint) => {
  const what = { chain: scene.chain.name, tx: randomUUID(), log: 0, userId };
  const input = { by, ...what, amountMicroUsdc: microUsdc(amount) };
  return (await recordDeposit(scene.deps, input)).deposit;
};

const use = (scene: Scene, userId: string, amount: bigint, idempotencyKey: string = randomUUID()) =>
  useHeld(scene.deps, { by, userId, amountMicroUsdc: microUsdc(amount), idempotencyKey });

/** `available`, `withdrawing` and `held`. */
const money = async (scene: Scene, userId: string): Promise<readonly bigint[]> => {
  const codes = (["available", "withdrawing", "held"] as const).map((purpose) =>
    userAccount(userId, purpose),
  );
  const balances = await balancesOf(scene.deps.database.orm, codes);
  return codes.map((code) => balances.get(code) ?? 0n);
};

const usedOf = async (scene: Scene, userId: string) =>
  (await listLimits(scene.deps, { userId })).map(({ used }) => used);

test("a deposit beyond the limit is held whole, one within it is not, and what came before counts", async () => {
  await using scene = await custodyScene();
  const user = await scene.player(30n);
  await limit(scene, user, 100n);
  expect(await usedOf(scene, user)).toEqual([30n]);
  expect(await deposit(scene, user, 71n)).toMatchObject({ state: "CREDITED", held: true });
  expect(await deposit(scene, user, 70n)).toMatchObject({ state: "CREDITED", held: false });
  expect(await deposit(scene, user, 1n)).toMatchObject({ held: true });
  expect(await money(scene, user)).toEqual([100n, 0n, 72n]);
  expect(await usedOf(scene, user)).toEqual([100n]);
  await scene.scratch.setClock("2026-11-21T00:00:00Z");
  expect(await deposit(scene, user, 100n)).toMatchObject({ held: false });
  expect(await scene.wrong()).toEqual([]);
});

test("deposits of one user that come in at once never exceed his limit together", async () => {
  await using scene = await custodyScene();
  const user = await scene.player();
  await scene.addressOf(user);
  await limit(scene, user, 100n, "week");
  const all = await Promise.all(Array.from({ length: 20 }, () => deposit(scene, user, 17n)));
  expect(all.filter(({ held }) => !held)).toHaveLength(5);
  expect(await money(scene, user)).toEqual([85n, 0n, 255n]);
  expect(await usedOf(scene, user)).toEqual([85n]);
  expect(await scene.wrong()).toEqual([]);
});

test("while play is suspended what comes in is held; all of it may be withdrawn, what is held first", async () => {
  await using scene = await custodyScene();
  const user = await scene.player(100n);
  await excludeSelf(scene.deps, { by, userId: user, months: null });
  expect(await deposit(scene, user, 50n)).toMatchObject({ held: true });
  expect(await refusalOf(use(scene, user, 10n))).toBe("PLAY_SUSPENDED");
  await scene.withdraw(user, 30n, "a");
  expect(await money(scene, user)).toEqual([100n, 30n, 20n]);
  const second = await scene.withdraw(user, 60n, "b");
  expect(await money(scene, user)).toEqual([60n, 90n, 0n]);
  await rejectWithdrawal(scene.deps, { by, withdrawalId: second });
  expect(await money(scene, user)).toEqual([100n, 30n, 20n]);
  expect(await refusalOf(scene.withdraw(user, 121n, "c"))).toBe("INSUFFICIENT_FUNDS");
  await scene.withdraw(user, 120n, "d");
  await scene.settle();
  expect(await money(scene, user)).toEqual([0n, 0n, 0n]);
  expect(await scene.wrong()).toEqual([]);
});

test("withdrawals, deposits and uses of held money at once leave every account as they say", async () => {
  await using scene = await custodyScene();
  const user = await scene.player(1_000n);
  await limit(scene, user, 1_100n, "month");
  await deposit(scene, user, 500n);
  const asked = await Promise.all(
    Array.from({ length: 24 }, (_, n) => {
      if (n % 3 === 0) return refusalOf(scene.withdraw(user, 60n, `w${n}`));
      return n % 3 === 1
        ? refusalOf(deposit(scene, user, 7n))
        : refusalOf(use(scene, user, 20n, `u${n}`));
    }),
  );
  const limits = await listLimits(scene.deps, { userId: user });
  expect(limits[0]?.used).toBeLessThanOrEqual(1_100n);
  const [available = 0n, withdrawing = 0n, held = 0n] = await money(scene, user);
  expect(withdrawing).toBe(480n);
  expect(available + withdrawing + held).toBe(1_500n + 8n * 7n);
  expect(new Set(asked)).toContain("done");
  expect(await scene.wrong()).toEqual([]);
});

test("held money comes into play within the limits in force, once for each key", async () => {
  await using scene = await custodyScene();
  const user = await scene.player();
  await limit(scene, user, 100n);
  await deposit(scene, user, 150n);
  expect(await refusalOf(use(scene, user, 101n))).toBe("PROTECTION_LIMIT_EXCEEDED");
  expect(await refusalOf(use(scene, user, 0n))).toBe("AMOUNT_INVALID");
  const replies = await Promise.all([1, 2, 3].map(() => use(scene, user, 90n, "k")));
  expect(replies.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await refusalOf(use(scene, user, 80n, "k"))).toBe("IDEMPOTENCY_KEY_REUSED");
  expect(await money(scene, user)).toEqual([90n, 0n, 60n]);
  expect(await usedOf(scene, user)).toEqual([90n]);
  await scene.scratch.setClock("2026-11-21T00:00:00Z");
  expect(await refusalOf(use(scene, user, 61n))).toBe("INSUFFICIENT_FUNDS");
  await use(scene, user, 60n);
  expect(await money(scene, user)).toEqual([150n, 0n, 0n]);
  expect(await scene.wrong()).toEqual([]);
});

/** What a screening says of a user from now on. */
const screening = (scene: Scene, userId: string) => (refusedFor: ScreeningRefusal | null) => {
  const said: Screening = {
    name: "scripted",
    everybodyPasses: false,
    screen: () => Promise.resolve({ refusedFor, validUntil: null }),
  };
  return refusalOf(screenPlayer({ ...scene.deps, screening: said }, { by, userId, anew: true }));
};

test("an address is given to whom a screening has passed, and who has one keeps it; sanctions keep the money", async () => {
  const policy = { screened: true };
  await using scene = await custodyScene(scriptedChain(), policy);
  const user = await scene.player();
  const screen = screening(scene, user);
  const refused = "SCREENING_REFUSED";
  expect(await refusalOf(scene.addressOf(user))).toBe(refused);
  expect(await screen("country")).toBe(refused);
  expect(await refusalOf(scene.addressOf(user))).toBe(refused);
  expect(await screen(null)).toBe("done");
  const address = await scene.addressOf(user);
  await deposit(scene, user, 50n);
  expect(await screen("sanctions")).toBe(refused);
  expect(await scene.addressOf(user)).toBe(address);
  expect(await deposit(scene, user, 10n)).toMatchObject({ held: true });
  expect(await refusalOf(scene.withdraw(user, 5n, "a"))).toBe(refused);
  expect(await screen("age")).toBe(refused);
  expect(await refusalOf(scene.withdraw(user, 5n, "a"))).toBe(refused);
  expect(await screen(null)).toBe("done");
  await scene.withdraw(user, 60n, "a");
  expect(await money(scene, user)).toEqual([0n, 60n, 0n]);
});

test("what was asked for before sanctions came is not paid either, wherever it waits, until a pass", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const user = await scene.player(100n);
  const screen = screening(scene, user);
  const pass = { deps, by, chain, progress: noProgress() };
  const [signing, numbering, approving] = [outside(1), outside(2), outside(3)];
  await scene.withdraw(user, 1n, "signing", signing);
  await approveDue(pass);
  await assignNumbers(pass);
  await scene.withdraw(user, 2n, "numbering", numbering);
  await approveDue(pass);
  const id = await scene.withdraw(user, 4n, "approving", approving);
  expect(await screen("sanctions")).toBe("SCREENING_REFUSED");
  expect(await refusalOf(approveWithdrawal(deps, { by, withdrawalId: id }))).toBe(
    "WITHDRAWAL_STATE_CONFLICT",
  );
  await scene.settle();
  const waiting = async () =>
    (await listWithdrawals(deps, { limit: 5 })).items.map(({ state, waitingFor, attempts }) => [
      state,
      waitingFor,
      attempts,
    ]);
  const why = "sanctions forbid to pay the user until a screening has passed him";
  expect(await waiting()).toEqual([
    ["REQUESTED", why, 0],
    ["APPROVED", why, 0],
    ["APPROVED", why, 0],
  ]);
  expect([signing, numbering, approving].map((to) => BigInt(chain.usdcOf(to)))).toEqual([
    0n,
    0n,
    0n,
  ]);
  // one had a number, which is used up by nothing; the other gets none as long as it may not be paid
  const numbers = await scene.scratch.owner.sql`select purpose from custody.payment`;
  expect([...numbers]).toEqual([{ purpose: "fill" }]);
  expect(await screen(null)).toBe("done");
  await scene.settle();
  expect([signing, numbering, approving].map((to) => BigInt(chain.usdcOf(to)))).toEqual([
    1n,
    2n,
    4n,
  ]);
  expect(await money(scene, user)).toEqual([93n, 0n, 0n]);
  expect(await scene.wrong()).toEqual([]);
});

test("a deposit set aside as too small is held too when it is released to a blocked user", async () => {
  const policy = { depositMinimum: microUsdc(10n) };
  await using scene = await custodyScene(scriptedChain({ simulated: false }), policy);
  const { chain, deps } = scene;
  const user = await scene.player();
  const pay = async (amount: bigint) => {
    chain.pay(await scene.addressOf(user), amount);
    chain.mine();
    chain.finalise();
    await scene.advance();
  };
  await pay(9n);
  const [small] = await deps.database.sql<{ id: string }[]>`select id from custody.deposit`;
  await blockUser(deps, { by, userId: user });
  const released = await releaseDeposit(deps, { by, depositId: small?.id ?? "" });
  expect(released).toMatchObject({ state: "CREDITED", held: true });
  await pay(40n);
  expect(await money(scene, user)).toEqual([0n, 0n, 49n]);
  await unblockUser(deps, { by, userId: user });
  expect(await getDeposit(deps, { depositId: released.id })).toMatchObject({ held: true });
  await pay(40n);
  expect(await money(scene, user)).toEqual([40n, 0n, 49n]);
  const { sql } = scene.scratch.owner;
  expect(await refusalOf(sql`update custody.deposit set held = not held`)).toContain(
    "never changes",
  );
  expect(await scene.wrong()).toEqual([]);
});
