import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { advanceChain } from "./advance-chain.ts";
import type { Chain } from "./chain.ts";
import { getWithdrawal, withdrawalHistory } from "./get-withdrawal.ts";
import { listWithdrawals } from "./list-withdrawals.ts";
import { by, custodyScene, outside, type Scene } from "./testing/custody-scene.ts";

const stateOf = async (scene: Scene, withdrawalId: string) =>
  (await getWithdrawal(scene.deps, { withdrawalId })).state;

test("a withdrawal is approved, sent and confirmed, and the money has left", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  chain.settle(outside(), { status: "confirmed", asks: 1 });
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  expect(await scene.advance()).toMatchObject({ approved: 1, broadcast: 1, confirmed: 0 });
  expect(await getWithdrawal(deps, { withdrawalId })).toMatchObject({
    state: "BROADCAST",
    tx: chain.sent[0]?.tx,
    attempts: 1,
  });
  expect(await scene.balances(userId)).toMatchObject({ withdrawing: 30n, custody: 100n });
  expect(await scene.advance()).toMatchObject({ approved: 0, broadcast: 0, confirmed: 1 });
  expect(await scene.balances(userId)).toMatchObject({
    available: 70n,
    withdrawing: 0n,
    custody: 70n,
  });
  const history = await withdrawalHistory(deps, { withdrawalId });
  expect(history.map((event) => [event.n, event.state])).toEqual([
    [1, "REQUESTED"],
    [2, "APPROVED"],
    [3, "BROADCAST"],
    [4, "CONFIRMED"],
  ]);
  expect(await scene.advance()).toMatchObject({ approved: 0, broadcast: 0, confirmed: 0 });
  expect(chain.sent).toMatchObject([{ withdrawalId, to: outside(), amount: 30n }]);
  expect(await scene.wrong()).toEqual([]);
});

test("a payment the chain could not make gives the money back", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  scene.chain.settle(outside(), { status: "failed", asks: 0 });
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  expect(await scene.advance()).toMatchObject({ broadcast: 1, confirmed: 0, failed: 1 });
  expect(await getWithdrawal(scene.deps, { withdrawalId })).toMatchObject({
    state: "FAILED",
    failureReason: expect.any(String),
  });
  expect(await scene.balances(userId)).toMatchObject({
    available: 100n,
    withdrawing: 0n,
    custody: 100n,
  });
  expect(await scene.wrong()).toEqual([]);
});

test("a payment the chain has forgotten is sent again, under its new name if it gets one", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  let named = "0xfirst";
  const forgetful: Chain = {
    ...chain,
    send: () => Promise.resolve({ tx: named }),
    statusOf: (tx) => Promise.resolve(tx === "0xsecond" ? "confirmed" : "unknown"),
  };
  const advance = () => advanceChain({ ...deps, chains: [forgetful] }, { by });
  expect(await advance()).toMatchObject({ broadcast: 1, confirmed: 0 });
  expect(await advance()).toMatchObject({ broadcast: 0, confirmed: 0 });
  named = "0xsecond";
  expect(await advance()).toMatchObject({ broadcast: 0, confirmed: 0 });
  expect(await advance()).toMatchObject({ confirmed: 1 });
  expect(await getWithdrawal(deps, { withdrawalId })).toMatchObject({
    state: "CONFIRMED",
    tx: "0xsecond",
  });
  const history = await withdrawalHistory(deps, { withdrawalId });
  expect(history.map((event) => event.state)).toEqual([
    "REQUESTED",
    "APPROVED",
    "BROADCAST",
    "BROADCAST",
    "CONFIRMED",
  ]);
});

test("what became of a payment under an old name ends nothing, once it has a new one", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  const renaming = (tx: string, statusOf: Chain["statusOf"]): Chain => ({
    ...chain,
    send: () => Promise.resolve({ tx }),
    statusOf,
  });
  const advance = (...chains: Chain[]) => advanceChain({ ...deps, chains }, { by });
  await advance(renaming("0xold", () => Promise.resolve("pending")));
  const { failed } = await advance(
    renaming("0xold", async () => {
      await scene.expireClaims();
      await advance(renaming("0xnew", () => Promise.resolve("unknown")));
      return "failed";
    }),
  );
  expect(failed).toBe(0);
  expect(await getWithdrawal(deps, { withdrawalId })).toMatchObject({
    state: "BROADCAST",
    tx: "0xnew",
  });
});

test("one payment that never gets through lets the others pass", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  const stuck = await scene.withdraw(userId, 1n, "stuck", outside(1));
  const others: string[] = [];
  for (const key of ["a", "b", "c"]) others.push(await scene.withdraw(userId, 1n, key));
  const picky: Chain = {
    ...chain,
    send: (payment) =>
      payment.to === outside(1) ? Promise.reject(new Error("no")) : chain.send(payment),
  };
  for (let pass = 0; pass < 2; pass += 1) {
    const { problems } = await advanceChain({ ...deps, chains: [picky] }, { by });
    expect(problems).toMatchObject([{ step: "broadcast", message: "no" }]);
  }
  expect(await stateOf(scene, stuck)).toBe("APPROVED");
  for (const id of others) expect(await stateOf(scene, id)).toBe("CONFIRMED");
});

test("many schedulers at once pay each withdrawal exactly once", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  const ids: string[] = [];
  for (let n = 0; n < 6; n += 1) ids.push(await scene.withdraw(userId, 2n, `k${n}`, outside(n)));
  for (let n = 0; n < 6; n += 3) chain.settle(outside(n), { status: "failed", asks: 1 });
  const sends = new Map<string, number>();
  const counting: Chain = {
    ...chain,
    async send(payment) {
      sends.set(payment.withdrawalId, (sends.get(payment.withdrawalId) ?? 0) + 1);
      await Bun.sleep(1);
      return chain.send(payment);
    },
  };
  const total = { approved: 0, broadcast: 0, confirmed: 0, failed: 0 };
  for (let pass = 0; pass < 3; pass += 1) {
    const all = await Promise.all(
      Array.from({ length: 3 }, () => advanceChain({ ...deps, chains: [counting] }, { by })),
    );
    for (const one of all) {
      expect(one.problems).toEqual([]);
      total.approved += one.approved;
      total.broadcast += one.broadcast;
      total.confirmed += one.confirmed;
      total.failed += one.failed;
    }
  }
  expect(total).toEqual({ approved: 6, broadcast: 6, confirmed: 4, failed: 2 });
  expect([...sends.values()]).toEqual(ids.map(() => 1));
  expect(await scene.balances(userId)).toMatchObject({
    available: 92n,
    withdrawing: 0n,
    custody: 92n,
  });
  expect(await scene.wrong()).toEqual([]);
});

test("a scheduler that died while sending leaves only a wait; one that wakes late pays nothing twice", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  const asleep = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const slow: Chain = {
    ...chain,
    async send(payment) {
      begun.resolve();
      await asleep.promise;
      return chain.send(payment);
    },
  };
  const sleeper = advanceChain({ ...deps, chains: [slow] }, { by });
  await begun.promise;
  expect(await scene.advance()).toMatchObject({ broadcast: 0 });
  expect(chain.sent).toEqual([]);
  await scene.expireClaims();
  expect(await scene.advance()).toMatchObject({ broadcast: 1, confirmed: 1 });
  asleep.resolve();
  expect(await sleeper).toMatchObject({ broadcast: 0, confirmed: 0, problems: [] });
  expect(chain.sent.length).toBe(1);
  expect(await getWithdrawal(deps, { withdrawalId })).toMatchObject({
    state: "CONFIRMED",
    attempts: 2,
  });
  expect(await scene.balances(userId)).toMatchObject({ withdrawing: 0n, custody: 70n });
});

/** A chain that dies at its `at`-th call, before or after having done what was asked, and then lives on. */
const dyingAt = (chain: Chain, at: number, after: boolean): Chain => {
  let calls = 0;
  const survive = async <T>(work: () => Promise<T>): Promise<T> => {
    calls += 1;
    const dies = calls === at;
    if (dies && !after) throw new Error("killed before");
    const answer = await work();
    if (dies) throw new Error("killed after");
    return answer;
  };
  return {
    ...chain,
    send: (payment) => survive(() => chain.send(payment)),
    statusOf: (tx) => survive(() => chain.statusOf(tx)),
    deposits: (cursor) => survive(() => chain.deposits(cursor)),
  };
};

test.each(
  Array.from({ length: 8 }, (_, at) => [at + 1, false] as const).flatMap(
    ([at]) =>
      [
        [at, false],
        [at, true],
      ] as const,
  ),
)("killed at call %i (answer lost: %p), everything still happens once", async (at, after) => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  chain.deposit({
    address: await scene.addressOf(userId),
    amount: microUsdc(7n),
    confirmed: true,
  });
  chain.settle(outside(1), { status: "failed", asks: 1 });
  await scene.withdraw(userId, 30n, "paid", outside(0));
  await scene.withdraw(userId, 20n, "returned", outside(1));
  const dying = dyingAt(chain, at, after);
  const problems: string[] = [];
  for (let pass = 0; pass < 5; pass += 1) {
    const progress = await advanceChain({ ...deps, chains: [dying] }, { by });
    problems.push(...progress.problems.map((problem) => problem.message));
  }
  expect(problems).toEqual([after ? "killed after" : "killed before"]);
  expect(chain.sent.length).toBe(2);
  const ends = (await listWithdrawals(deps, { userId, limit: 10 })).items;
  expect(ends.map((withdrawal) => withdrawal.state)).toEqual(["FAILED", "CONFIRMED"]);
  expect(await scene.balances(userId)).toEqual({
    available: 77n,
    withdrawing: 0n,
    capital: 0n,
    custody: 77n,
  });
  expect(await scene.wrong()).toEqual([]);
});

test("killed in the middle of a page of deposits, the whole page is read again", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  for (const amount of [1n, 2n, 4n]) {
    chain.deposit({ address, amount: microUsdc(amount), confirmed: true });
  }
  let alive = false;
  const dying: Chain = {
    ...chain,
    async deposits(cursor) {
      const page = await chain.deposits(cursor);
      const torn = page.deposits.map((deposit, n) =>
        n < 2 || alive
          ? deposit
          : {
              ...deposit,
              get tx(): string {
                throw new Error("killed");
              },
            },
      );
      return { ...page, deposits: torn };
    },
  };
  const advance = () => advanceChain({ ...deps, chains: [dying] }, { by });
  expect(await advance()).toMatchObject({ deposits: 2, problems: [{ message: "killed" }] });
  expect((await scene.balances(userId)).available).toBe(3n);
  alive = true;
  expect(await advance()).toMatchObject({ deposits: 1, problems: [] });
  expect((await scene.balances(userId)).available).toBe(7n);
});

test("without a database the caller is told, instead of a list of chains", async () => {
  const scene = await custodyScene();
  await scene.player();
  await scene[Symbol.asyncDispose]();
  const error = await scene.advance().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
});
