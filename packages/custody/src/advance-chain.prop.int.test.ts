import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import fc from "fast-check";
import { listDeposits } from "./list-deposits.ts";
import { listWithdrawals } from "./list-withdrawals.ts";
import { recordDeposit } from "./record-deposit.ts";
import { rejectWithdrawal } from "./reject-withdrawal.ts";
import { reviewWithdrawal } from "./review-withdrawal.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";

const ACTIONS = [
  "deposit",
  "deposit",
  "deposit",
  "mine",
  "mine",
  "mine",
  "reorg",
  "record",
  "withdraw",
  "withdraw",
  "withdraw",
  "reject",
  "down",
  "up",
  "advance",
  "advance",
  "advance",
] as const;

interface Step {
  readonly action: (typeof ACTIONS)[number];
  readonly n: number;
  readonly amount: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    action: fc.constantFrom(...ACTIONS),
    n: fc.nat(4),
    amount: fc.integer({ min: 1, max: 9 }),
  }),
  { minLength: 8, maxLength: 24 },
);

/** What can happen, in any order. Most of it may be refused; none of it may unbalance anything. */
const actions = async (scene: Scene) => {
  const { chain, deps } = scene;
  const users = [await scene.player(20n), await scene.player(20n)];
  const at = (n: number) => users[n % users.length] ?? "";
  // Two payees can't be paid.
  for (const n of [0, 3]) chain.miner.rules.blacklist.add(outside(n));
  const run = async ({ action, n, amount }: Step): Promise<void> => {
    switch (action) {
      case "deposit":
        chain.pay(await scene.addressOf(at(n)), BigInt(n + 1));
        return;
      case "mine":
        return chain.mine(n);
      case "reorg":
        return chain.reorg((n % 3) + 1, { lost: () => amount > 5 });
      case "record": {
        const amountMicroUsdc = microUsdc(BigInt(amount > 5 ? n + 1 : amount));
        const told = { chain: chain.name, tx: `told-${n}`, log: 0, userId: at(n), amountMicroUsdc };
        const tell = () => refusalOf(recordDeposit(deps, { by, ...told }));
        await Promise.all([tell(), tell()]);
        return;
      }
      case "withdraw": {
        const ask = () =>
          refusalOf(scene.withdraw(at(n), BigInt(amount), `${n}/${amount}`, outside(n)));
        await Promise.all([ask(), ask()]);
        return;
      }
      case "reject": {
        const { items } = await listWithdrawals(deps, { limit: 10 });
        const withdrawalId = items[n]?.id ?? "";
        await refusalOf(rejectWithdrawal(deps, { by, withdrawalId }));
        return;
      }
      case "down":
      case "up":
        chain.node.down = action === "down";
        return;
      case "advance":
        await Promise.all(Array.from({ length: (n % 3) + 1 }, () => scene.advance()));
    }
  };
  return { users, run };
};

/** All is well again, becomes final, and what could not be paid is given back. */
const finish = async (scene: Scene): Promise<void> => {
  scene.chain.node.down = false;
  await scene.settle({ replaceAfterSeconds: 0 });
  await scene.settle({ replaceAfterSeconds: 0 });
  const { items } = await listWithdrawals(scene.deps, { state: "NEEDS_REVIEW", limit: 100 });
  for (const { id: withdrawalId } of items) {
    await reviewWithdrawal(scene.deps, { by, withdrawalId, decision: "refund" });
  }
};

const sum = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((total, amount) => total + amount, 0n);

const judge = async (scene: Scene, users: readonly string[]): Promise<void> => {
  const { deps, chain } = scene;
  const { items: deposits } = await listDeposits(deps, { limit: 100 });
  const { items: withdrawals } = await listWithdrawals(deps, { limit: 100 });
  const paid = withdrawals.filter((withdrawal) => withdrawal.state === "CONFIRMED");
  const amountsOf = (
    rows: readonly { readonly userId: string; readonly amountMicroUsdc: bigint }[],
    userId: string,
  ) => sum(rows.filter((row) => row.userId === userId).map((row) => row.amountMicroUsdc));
  for (const userId of users) {
    const { available, withdrawing } = await scene.balances(userId);
    const credited = deposits.filter((deposit) => deposit.creditedAt !== null);
    expect(withdrawing).toBe(0n);
    expect(available).toBe(amountsOf(credited, userId) - amountsOf(paid, userId));
  }
  const { custody } = await scene.balances(users[0] ?? "");
  const held = deposits.filter((deposit) => deposit.state === "CREDITED");
  expect(custody).toBe(
    sum(held.map((deposit) => deposit.amountMicroUsdc)) -
      sum(paid.map((withdrawal) => withdrawal.amountMicroUsdc)),
  );
  const left = chain.standing.filter(({ from }) => from === chain.hotWallet);
  expect(left.map(({ tx }) => tx).toSorted()).toEqual(paid.map(({ tx }) => tx ?? "").toSorted());
  const returned = new Set(["FAILED", "REJECTED"]);
  const ended = withdrawals.filter((withdrawal) => returned.has(withdrawal.state));
  expect(paid.length + ended.length).toBe(withdrawals.length);
};

test("whatever happens in whatever order, money is neither made nor lost", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      await using scene = await custodyScene();
      const { users, run } = await actions(scene);
      for (const step of story) {
        await run(step);
        expect(await scene.wrong()).toEqual([]);
      }
      await finish(scene);
      expect(await scene.wrong()).toEqual([]);
      await judge(scene, users);
    }),
    { numRuns: 10 },
  );
}, 120_000);
