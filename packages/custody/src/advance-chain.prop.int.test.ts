import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import fc from "fast-check";
import { listDeposits } from "./list-deposits.ts";
import { listWithdrawals } from "./list-withdrawals.ts";
import { recordDeposit } from "./record-deposit.ts";
import { rejectWithdrawal } from "./reject-withdrawal.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";

const ACTIONS = [
  "deposit",
  "deposit",
  "confirm",
  "confirm",
  "reorg",
  "repeat",
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
  const told = new Set<string>();
  const at = (n: number) => users[n % users.length] ?? "";
  const again = (tx: string, tell: () => void) => {
    if (told.has(tx)) tell();
  };
  // Two payees can't be paid, one of them after a while; another takes its time.
  chain.settle(outside(0), { status: "failed", asks: 1 });
  chain.settle(outside(1), { status: "confirmed", asks: 2 });
  chain.settle(outside(3), { status: "failed", asks: 0 });
  const run = async ({ action, n, amount }: Step): Promise<void> => {
    const tx = `d${n}`;
    switch (action) {
      case "deposit": {
        const address = await scene.addressOf(at(n));
        chain.deposit({ tx, address, amount: microUsdc(BigInt(n + 1)), confirmed: amount > 5 });
        told.add(tx);
        return;
      }
      case "confirm":
        return again(tx, () => chain.confirm(tx));
      case "reorg":
        return again(tx, () => chain.reorg(tx));
      case "repeat":
        return again(tx, () => chain.repeat(tx));
      case "record": {
        const amountMicroUsdc = microUsdc(BigInt(amount > 5 ? n + 1 : amount));
        const deposit = { chain: chain.name, tx, log: 0, userId: at(n), amountMicroUsdc };
        const tell = () => refusalOf(recordDeposit(deps, { by, ...deposit }));
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
        return chain.down(action === "down");
      case "advance":
        await Promise.all(Array.from({ length: (n % 3) + 1 }, () => scene.advance()));
    }
  };
  return { users, run };
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
  const sent = new Set(chain.sent.map((payment) => payment.withdrawalId));
  expect(paid.filter((withdrawal) => !sent.has(withdrawal.id))).toEqual([]);
  expect(chain.sent.length).toBe(sent.size);
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
      scene.chain.down(false);
      for (let pass = 0; pass < 4; pass += 1) await scene.advance();
      expect(await scene.wrong()).toEqual([]);
      await judge(scene, users);
    }),
    { numRuns: 10 },
  );
}, 120_000);
