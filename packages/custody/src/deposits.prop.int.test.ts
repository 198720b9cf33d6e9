import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import fc from "fast-check";
import { advanceChain } from "./advance-chain.ts";
import { listDeposits } from "./list-deposits.ts";
import { releaseDeposit } from "./release-deposit.ts";
import { reserves } from "./reserves.ts";
import { scanChain } from "./scan-chain.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { mortalDeps } from "./testing/mortal-deps.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const ACTIONS = [
  "pay",
  "pay",
  "pay",
  "fund",
  "mine",
  "mine",
  "mine",
  "many blocks",
  "reorg",
  "reorg",
  "lost",
  "advance",
  "advance",
  "advance",
  "together",
  "killed",
  "killed",
  "behind",
  "empty",
  "ghosts",
  "disputed",
  "few blocks",
  "down",
  "honest",
  "honest",
  "next day",
  "scan",
  "withdraw",
  "release",
] as const;

interface Step {
  readonly action: (typeof ACTIONS)[number];
  readonly n: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ action: fc.constantFrom(...ACTIONS), n: fc.nat(60) }),
  { minLength: 15, maxLength: 45 },
);

const policy = {
  depositMinimum: microUsdc(3n),
  confirmations: [
    { below: microUsdc(6n), blocks: 1 },
    { below: microUsdc(9n), blocks: 3 },
    { blocks: "final" as const },
  ],
  sweepFrom: microUsdc(4n),
  hotWalletCap: microUsdc(200n),
};

const COLD = outside(0xc01d);

/** All that a chain, a node, a process and people can do. Much of it may be refused. */
const actions = async (scene: Scene) => {
  const { chain, deps, scratch } = scene;
  const { node } = chain;
  const users = [await scene.player(), await scene.player()];
  const addresses = await Promise.all(users.map((userId) => scene.addressOf(userId)));
  let asked = 0;
  let day = Temporal.Instant.from("2026-11-20T12:00:00Z");
  const honest = () => {
    Object.assign(node, { down: false, lag: 0, empty: false, ghosts: false, disputed: false });
    node.maxBlocks = 10_000;
  };
  const nextDay = async () => {
    day = day.add({ hours: 24 });
    await scratch.setClock(day.toString());
  };
  const run: Record<Step["action"], (n: number) => unknown> = {
    pay: (n) => chain.pay(addresses[n % 2] ?? "", BigInt((n % 11) + 1)),
    fund: (n) => chain.pay(n % 2 === 0 ? chain.hotWallet : COLD, BigInt(n + 1)),
    mine: (n) => chain.mine(1 + (n % 2)),
    "many blocks": (n) => chain.mine(20 + n),
    reorg: (n) => chain.reorg(1 + (n % 4)),
    lost: (n) =>
      chain.reorg(1 + (n % 4), { lost: (tx) => Number(`0x${tx.slice(2, 4)}`) % 2 === 0 }),
    advance: () => scene.advance(),
    together: () => Promise.all([scene.advance(), scene.advance()]),
    killed: (n) => advanceChain(mortalDeps(deps, n + 1).deps, { by }).catch(() => undefined),
    behind: (n) => (node.lag = n % 6),
    empty: () => (node.empty = true),
    ghosts: () => (node.ghosts = true),
    disputed: () => (node.disputed = true),
    "few blocks": (n) => (node.maxBlocks = 1 + (n % 9)),
    down: () => (node.down = true),
    honest: async () => {
      honest();
      await scene.expireClaims();
    },
    "next day": nextDay,
    scan: async (n) => {
      await scene.expireClaims();
      const from = BigInt(n);
      return refusalOf(scanChain(deps, { by, chain: chain.name, from, to: from + 20n }));
    },
    async withdraw(n) {
      await refusalOf(scene.withdraw(users[n % 2] ?? "", BigInt((n % 5) + 1), `k${asked}`));
      asked += 1;
    },
    async release(n) {
      const { items } = await listDeposits(deps, { state: "SUSPENDED", limit: 50 });
      const depositId = items[n % Math.max(1, items.length)]?.id ?? "";
      await refusalOf(releaseDeposit(deps, { by, depositId }));
    },
  };
  const isUsers = (address: string) => addresses.includes(address);
  return { users, isUsers, honest, nextDay, run: ({ action, n }: Step) => run[action](n) };
};

/** Whatever has happened: the books balance, and nobody owes us anything. */
const judge = async (scene: Scene, users: readonly string[]): Promise<void> => {
  expect(await scene.wrong()).toEqual([]);
  for (const userId of users) {
    const { available, withdrawing } = await scene.balances(userId);
    expect(available >= 0n && withdrawing >= 0n).toBe(true);
  }
};

/** The equation of the reserves, where everything the node has told so far was true. */
const judgeReserves = async (scene: Scene): Promise<void> => {
  const { ok, items, differenceMicroUsdc } = await reserves(scene.deps, { chain: "scripted" });
  expect([ok, differenceMicroUsdc, ok ? [] : items]).toEqual([true, microUsdc(0n), []]);
};

/** What stands on the chain for our users, and what of it a sweep or a payment of ours is not. */
const paidIn = (scene: Scene, isUsers: (address: string) => boolean) =>
  scene.chain.standing.filter(
    ({ from, to, amount }) =>
      amount > 0n && isUsers(to) && !isUsers(from) && from !== scene.chain.hotWallet,
  );

const told = ({ tx, log }: { readonly tx: string; readonly log: number }) => `${tx}/${log}`;

const LIES = new Set<Step["action"]>(["empty"]);

test("whatever a chain, its node and our processes do, every final deposit is credited exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      const chain = scriptedChain({ simulated: false, finalDepth: 5, coldWallet: COLD });
      await using scene = await custodyScene(chain, policy);
      const world = await actions(scene);
      await scene.advance();
      let lied = false;
      for (const step of story) {
        await world.run(step);
        lied ||= LIES.has(step.action);
        await judge(scene, world.users);
        const { down, lag } = chain.node;
        if (!lied && !down && lag === 0) await judgeReserves(scene);
      }
      world.honest();
      await scene.settle();
      await world.nextDay();
      await scene.settle();
      await judge(scene, world.users);
      await judgeReserves(scene);
      const { items } = await listDeposits(scene.deps, { limit: 1_000 });
      const standing = paidIn(scene, world.isUsers);
      const kept = items.filter(({ state }) => state === "CREDITED" || state === "SUSPENDED");
      expect(kept.map(told).toSorted()).toEqual(standing.map(told).toSorted());
      expect(
        items.filter(({ state }) => !["CREDITED", "SUSPENDED", "REORGED"].includes(state)),
      ).toEqual([]);
      const credits = await scene.scratch.owner.sql<{ count: number }[]>`
        select count(*)::int as count from ledger.transfer where kind in (40, 48)`;
      const ever = items.filter(({ creditedAt }) => creditedAt !== null);
      expect(credits[0]?.count).toBe(ever.length);
    }),
    { numRuns: 8 },
  );
}, 240_000);
