import { expect, test } from "bun:test";
import fc from "fast-check";
import { advanceChain } from "./advance-chain.ts";
import type { Chain } from "./chain.ts";
import { listWithdrawals } from "./list-withdrawals.ts";
import { pauseWithdrawals } from "./pause-withdrawals.ts";
import { rejectWithdrawal } from "./reject-withdrawal.ts";
import { resumeWithdrawals } from "./resume-withdrawals.ts";
import { reviewWithdrawal } from "./review-withdrawal.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { mortalDeps } from "./testing/mortal-deps.ts";

const ACTIONS = [
  "withdraw",
  "withdraw",
  "withdraw",
  "advance",
  "advance",
  "together",
  "together",
  "killed",
  "killed",
  "killed",
  "replace",
  "replace",
  "mine",
  "mine",
  "final",
  "reorg",
  "reorg",
  "lost",
  "forget",
  "spike",
  "time",
  "time",
  "behind",
  "no receipts",
  "down",
  "blacklist",
  "paused",
  "reject",
  "retry",
  "refund",
  "pause",
  "resume",
] as const;

interface Step {
  readonly action: (typeof ACTIONS)[number];
  readonly n: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ action: fc.constantFrom(...ACTIONS), n: fc.nat(60) }),
  { minLength: 15, maxLength: 45 },
);

/** Payee `n`, who is paid by withdrawal `n` and nobody else. */
const payee = (n: number): string => outside(0x1000 + n);

const amountOf = (n: number): bigint => BigInt((n % 9) + 1);

/** All that can go wrong at the chain, in the process and by people. Much of it may be refused. */
const actions = (scene: Scene, userId: string) => {
  const { chain, deps } = scene;
  const { miner, node, name } = chain;
  let asked = 0;
  const nth = async (n: number): Promise<string> => {
    const { items } = await listWithdrawals(deps, { limit: 50 });
    return items[n % Math.max(1, items.length)]?.id ?? "";
  };
  const decide = async (n: number, decision: "retry" | "refund") =>
    refusalOf(reviewWithdrawal(deps, { by, withdrawalId: await nth(n), decision }));
  const run: Record<Step["action"], (n: number) => unknown> = {
    async withdraw() {
      await scene.withdraw(userId, amountOf(asked), `k${asked}`, payee(asked));
      asked += 1;
    },
    advance: () => scene.advance(),
    together: (n) => Promise.all(Array.from({ length: 2 + (n % 2) }, () => scene.advance())),
    killed: (n) => advanceChain(mortalDeps(deps, n + 5).deps, { by }).catch(() => undefined),
    replace: () => scene.advance({ replaceAfterSeconds: 0 }),
    mine: (n) => chain.mine(1 + (n % 2)),
    final: () => chain.finalise(),
    reorg: (n) => chain.reorg(1 + (n % 3)),
    lost: (n) => chain.reorg(1 + (n % 3), { lost: () => true }),
    forget: () => miner.forget(),
    spike: (n) => (miner.baseFee = n % 2 === 0 ? 1_000_000_000n : BigInt(n) * 10_000_000_000n),
    time: () => scene.expireClaims(),
    behind: (n) => (node.lag = n % 3),
    "no receipts"() {
      const forgetful: Chain = { ...chain, receipt: () => Promise.resolve(undefined) };
      return advanceChain({ ...deps, chains: [forgetful] }, { by });
    },
    down: (n) => (node.down = n % 2 === 0),
    blacklist: (n) => miner.rules.blacklist.add(payee(n % Math.max(1, asked))),
    paused: (n) => (miner.rules.paused = n % 2 === 0),
    reject: async (n) => refusalOf(rejectWithdrawal(deps, { by, withdrawalId: await nth(n) })),
    retry: (n) => decide(n, "retry"),
    refund: (n) => decide(n, "refund"),
    pause: () => pauseWithdrawals(deps, { by, chain: name }),
    resume: () => refusalOf(resumeWithdrawals(deps, { by, chain: name })),
  };
  return { run: ({ action, n }: Step) => run[action](n), asked: () => asked };
};

const standing = ({ chain }: Scene, n: number) =>
  chain.standing.filter(({ to }) => to === payee(n)).map(({ amount }) => BigInt(amount));

/** Whatever has happened: nobody is paid twice, and nobody is paid whose money went back. */
const judge = async (scene: Scene, asked: number): Promise<void> => {
  expect(await scene.wrong()).toEqual([]);
  const { items } = await listWithdrawals(scene.deps, { limit: 50 });
  const stateOf = new Map(items.map(({ to, state }) => [to, state]));
  for (let n = 0; n < asked; n += 1) {
    const got = standing(scene, n);
    const state = stateOf.get(payee(n)) ?? "";
    if (["FAILED", "REJECTED"].includes(state)) expect([n, state, got]).toEqual([n, state, []]);
    else if (state === "CONFIRMED") expect([n, state, got]).toEqual([n, state, [amountOf(n)]]);
    else expect([[], [amountOf(n)]]).toContainEqual(got);
  }
};

/** The world is well again, and somebody looks after what needs review. */
const heal = async (scene: Scene): Promise<void> => {
  const { chain, deps } = scene;
  chain.node.down = false;
  chain.node.lag = 0;
  chain.miner.baseFee = 1_000_000_000n;
  chain.miner.rules.paused = false;
  chain.miner.rules.blacklist.clear();
  await resumeWithdrawals(deps, { by, chain: chain.name });
  for (let round = 0; round < 6; round += 1) {
    await scene.settle({ replaceAfterSeconds: 0 });
    const { items } = await listWithdrawals(deps, { state: "NEEDS_REVIEW", limit: 50 });
    for (const { id: withdrawalId } of items) {
      await reviewWithdrawal(deps, { by, withdrawalId, decision: "retry" });
    }
  }
};

test("whatever happens to chain, process and people, each payee is paid once or the money is back", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      await using scene = await custodyScene();
      const userId = await scene.player(1_000n);
      const { run, asked } = actions(scene, userId);
      for (const step of story) {
        await run(step);
        await judge(scene, asked());
      }
      await heal(scene);
      await judge(scene, asked());
      const { items } = await listWithdrawals(scene.deps, { limit: 50 });
      const ends = new Set(["CONFIRMED", "FAILED", "REJECTED"]);
      expect(items.filter(({ state }) => !ends.has(state))).toEqual([]);
      const { withdrawing } = await scene.balances(userId);
      expect(withdrawing).toBe(0n);
      const open = await scene.scratch.owner.sql`select from custody.payment where state <> 'DONE'`;
      expect(open.length).toBe(0);
    }),
    { numRuns: 6 },
  );
}, 240_000);
