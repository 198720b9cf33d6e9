import { expect, test } from "bun:test";
import fc from "fast-check";
import { snapshot } from "../../packages/database/src/index.ts";
import {
  auditProtection,
  blockUser,
  confirmLimit,
  LIMIT_KINDS,
  LIMIT_PERIODS,
  listLimits,
  setLimit,
  unblockUser,
} from "../../packages/protection/src/index.ts";
import { microUsdc } from "../../packages/money/src/index.ts";
import { advanceRounds, getBet, type Side } from "../../packages/rounds/src/index.ts";
import { roundsHarness, type RoundsHarness } from "../../packages/rounds/src/testing/index.ts";
import { codeOf, depositTo, payOut, takeIn } from "./acts.ts";
import { createModel, type Model, type LimitInForce } from "./model.ts";

const amount = fc.bigInt({ min: 1n, max: 60n });

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("limit"),
      kind: fc.constantFrom(...LIMIT_KINDS),
      period: fc.constantFrom(...LIMIT_PERIODS),
      amount: fc.option(fc.bigInt({ min: 0n, max: 150n })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("confirm"), which: fc.nat(8), right: fc.boolean() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("bet"),
      side: fc.constantFrom<Side>("UP", "DOWN"),
      amount,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("deposit"), amount }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("use"), amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("withdraw"), amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("block"), on: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("wait"), hours: fc.integer({ min: 1, max: 40 }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Whether each session closes above, below or at the last close, or has no price at all. */
const closes = fc.array(fc.constantFrom("up", "down", "tie", "none"), {
  minLength: 12,
  maxLength: 12,
});
const SESSIONS = ["19", "20", "23", "24", "25", "27", "30"].map((day) => `2026-11-${day}`);
const DATES = [...SESSIONS, ...["01", "02", "03", "04", "07"].map((day) => `2026-12-${day}`)];

const script = ({ oracle }: RoundsHarness, moves: readonly string[]): void => {
  let price = 100;
  DATES.forEach((date, n) => {
    const move = moves[n];
    if (move === "up") price += 1;
    if (move === "down") price -= 1;
    const close = move === "none" ? "unavailable" : "right";
    oracle.script(date, close === "right" ? { kind: close, price: `${price}` } : { kind: close });
  });
};

interface Scene {
  readonly house: RoundsHarness;
  readonly model: Model;
  readonly user: string;
  readonly rival: string;
}

/** Tells the model what came back for bets since. */
const learn = async ({ house, model }: Scene): Promise<void> => {
  for (const stake of model.stakes) {
    const { payout } = await getBet(house.deps, { betId: stake.id });
    stake.returned = payout ?? 0n;
  }
};

const wait = async (scene: Scene, hours: number): Promise<void> => {
  const { house, model } = scene;
  model.now = model.now.add({ hours });
  await house.scratch.setClock(model.now.toString());
  await advanceRounds(house.deps, { by: house.by });
  await learn(scene);
};

const bet = async ({ house, model, user, rival }: Scene, side: Side, stake: bigint) => {
  // somebody else has nothing to do with it
  await codeOf(house.bet(rival, side === "UP" ? "DOWN" : "UP", 3n));
  const expected = model.judgeStake(stake);
  const before = await house.available(user);
  const placed = await house.bet(user, side, stake).then(
    (receipt) => receipt.bet,
    (error: { code: string }) => error.code,
  );
  if (typeof placed === "string") {
    const others = expected === "placed" ? ["INSUFFICIENT_FUNDS", "ROUND_NOT_OPEN"] : [expected];
    expect([...others, "ROUND_NOT_OPEN"]).toContain(placed);
    if (placed === "INSUFFICIENT_FUNDS") expect(stake).toBeGreaterThan(before);
  } else {
    expect(expected).toBe("placed");
    model.stakes.push({ id: placed.id, at: placed.acceptedAt, amount: stake, returned: 0n });
  }
};

/** Confirms a looser limit that waits, too early, with another amount or as it should be; any limit where none waits. */
const confirm = async ({ house, model, user }: Scene, which: number, right: boolean) => {
  const limits = model.limits();
  const waiting = limits.filter(({ pending }) => pending !== null);
  const all = waiting.length > 0 ? waiting : limits;
  const one = all[which % all.length];
  if (one === undefined) return;
  const { kind, period, pending } = one;
  const asked = pending?.amount ?? null;
  const told = right ? asked : (asked ?? 0n) + 1n;
  const limit = { by: house.by, userId: user, kind, period };
  const code = await codeOf(
    confirmLimit(house.deps, { ...limit, amount: told === null ? null : microUsdc(told) }),
  );
  const counts = model.confirmLimit(kind, period, told);
  expect(code).toBe(counts ? "done" : "NOTHING_TO_CONFIRM");
};

/** What goes out again, blocked or not, makes no room: deposits count gross. */
const withdraw = async ({ house, model, user }: Scene, sum: bigint) => {
  const all = model.held + (await house.available(user));
  const code = await codeOf(payOut(house, user, sum));
  expect(code).toBe(sum > all ? "INSUFFICIENT_FUNDS" : "done");
  if (code === "done") model.held -= model.held < sum ? model.held : sum;
};

const act = async (scene: Scene, one: Step): Promise<void> => {
  const { house, model, user } = scene;
  const { deps } = house;
  const by = { ...house.by, reason: "asked for" };
  if (one.do === "wait") await wait(scene, one.hours);
  if (one.do === "bet") await bet(scene, one.side, one.amount);
  if (one.do === "withdraw") await withdraw(scene, one.amount);
  if (one.do === "confirm") await confirm(scene, one.which, one.right);
  if (one.do === "deposit") {
    const admitted = model.judgeDeposit(one.amount);
    expect((await depositTo(house, user, one.amount)).held).toBe(!admitted);
    if (admitted) model.deposits.push({ at: model.now, amount: one.amount });
    else model.held += one.amount;
  }
  if (one.do === "use") {
    const admitted = model.judgeDeposit(one.amount);
    const refusal = model.blocked ? "PLAY_SUSPENDED" : "PROTECTION_LIMIT_EXCEEDED";
    const expected = one.amount > model.held ? "INSUFFICIENT_FUNDS" : "done";
    const code = await codeOf(takeIn(house, user, one.amount));
    expect(code).toBe(admitted ? expected : refusal);
    if (code === "done") {
      model.held -= one.amount;
      model.deposits.push({ at: model.now, amount: one.amount });
    }
  }
  if (one.do === "block") {
    await (one.on ? blockUser : unblockUser)(deps, { by, userId: user });
    model.blocked = one.on;
  }
  if (one.do === "limit") {
    const { kind, period } = one;
    const set = one.amount === null ? null : microUsdc(one.amount);
    await setLimit(deps, { by, userId: user, kind, period, amount: set });
    model.setLimit(kind, period, one.amount);
  }
};

test("whatever is limited, confirmed, bet, paid in, settled, voided and waited for: no limit in force is exceeded, and every counter is what the bets and payouts say", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 12, maxLength: 30 }),
      closes,
      async (steps, moves) => {
        await using house = await roundsHarness();
        script(house, moves);
        await advanceRounds(house.deps, { by: house.by });
        const [user, rival] = await Promise.all([house.user(0n), house.user(10_000n)]);
        const model = createModel(Temporal.Instant.from("2026-11-20T12:00:00Z"));
        const scene = { house, model, user, rival };
        expect((await depositTo(house, user, 300n)).held).toBe(false);
        model.deposits.push({ at: model.now, amount: 300n });
        for (const one of steps) {
          await act(scene, one);
          const limits = await listLimits(house.deps, { userId: user });
          expect(
            limits.map(({ kind, period, amount: most, used, pending }): LimitInForce => {
              const name = `${kind} ${period}`;
              return { name, kind, period, most, used, pending };
            }),
          ).toEqual([...model.limits()]);
        }
        await wait(scene, 24 * 7);
        const checks = await snapshot(house.deps, (tx) => auditProtection(tx));
        expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      },
    ),
    { numRuns: 6 },
  );
}, 300_000);
