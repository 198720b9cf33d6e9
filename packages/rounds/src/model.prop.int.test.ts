import { expect, test } from "bun:test";
import { allocate, feeOf, microUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { advanceRounds } from "./advance-rounds.ts";
import { getBet } from "./get-bet.ts";
import { getRound } from "./get-round.ts";
import { expectBalancedBooks, roundsHarness, type RoundsHarness } from "./testing/index.ts";
import type { Bet, Side } from "./types.ts";

const side = fc.constantFrom<Side>("UP", "DOWN");
const day = fc.record({
  bets: fc.array(
    fc.record({ who: fc.nat({ max: 4 }), side, stake: fc.bigInt({ min: 1n, max: 400n }) }),
    { maxLength: 12 },
  ),
  /** Today's close against yesterday's, or no price at all. */
  close: fc.constantFrom("up", "down", "tie", "none"),
});

/** What the design says each bet of a round pays, computed apart from the service. */
const expectedPayouts = (
  bets: readonly Bet[],
  outcome: Side | "VOID",
): ReadonlyMap<string, bigint> => {
  const sum = (of: Side) =>
    bets.filter((bet) => bet.side === of).reduce((total, bet) => total + bet.stake, 0n);
  const refund = () => new Map(bets.map((bet) => [bet.id, BigInt(bet.stake)]));
  if (outcome === "VOID") return refund();
  const losing = sum(outcome === "UP" ? "DOWN" : "UP");
  const winners = bets.filter((bet) => bet.side === outcome);
  if (winners.length === 0) return refund();
  const shares = allocate({
    winningPool: microUsdc(sum(outcome)),
    distributable: microUsdc(losing - feeOf(microUsdc(losing), 100)),
    stakes: winners,
  });
  return new Map(
    bets.map((bet) => [bet.id, bet.side === outcome ? bet.stake + (shares.get(bet.id) ?? 0n) : 0n]),
  );
};

const SESSIONS = ["20", "23", "24", "25"];

const playDay = async (
  house: RoundsHarness,
  users: readonly string[],
  plan: typeof day extends fc.Arbitrary<infer T> ? T : never,
  n: number,
): Promise<void> => {
  const { deps, by, scratch, oracle } = house;
  const [today, before] = [SESSIONS[n] ?? "20", SESSIONS[n - 1] ?? "19"];
  const placed = await Promise.allSettled(
    plan.bets.map(({ who, side: on, stake }) => house.bet(users[who] ?? "", on, stake)),
  );
  const bets = placed.flatMap((one) => (one.status === "fulfilled" ? [one.value.bet] : []));
  const previous = 100 + n;
  const price = { up: `${previous + 1}`, down: `${previous - 1}`, tie: `${previous}.0`, none: "" }[
    plan.close
  ];
  oracle.script(`2026-11-${before}`, { kind: "right", price: `${previous}` });
  oracle.script(
    `2026-11-${today}`,
    plan.close === "none" ? { kind: "unavailable" } : { kind: "right", price },
  );
  await scratch.setClock(`2026-11-${today}T21:05:00Z`);
  await advanceRounds(deps, { by });
  await scratch.setClock(`2026-11-${today}T21:35:00Z`);
  await advanceRounds(deps, { by });

  const round = await getRound(deps, { code: `202611${today}` });
  const outcome = { up: "UP", down: "DOWN", tie: "DOWN", none: "VOID" } as const;
  const payouts = expectedPayouts(bets, outcome[plan.close]);
  for (const bet of bets) {
    expect((await getBet(deps, { betId: bet.id })).payout).toEqual(
      microUsdc(payouts.get(bet.id) ?? 0n),
    );
  }
  const staked = bets.reduce((sum, bet) => sum + bet.stake, 0n);
  const paid = [...payouts.values()].reduce((sum, one) => sum + one, 0n);
  expect(round.fee).toEqual(microUsdc(staked - paid));
  await expectBalancedBooks(house);
};

test("whatever is bet and however the market closes, days on end: each bet pays what the rules say, to the unit", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(day, { minLength: 1, maxLength: 4 }), async (days) => {
      await using house = await roundsHarness();
      await advanceRounds(house.deps, { by: house.by });
      const users = await Promise.all(Array.from({ length: 5 }, () => house.user(1_000n)));
      for (const [n, plan] of days.entries()) await playDay(house, users, plan, n);
      const [left] = await house.deps.database.orm.execute<{ left: string }>(sql`
        select coalesce(sum(balance), 0)::text as left from ledger.account where code like 'round/%'`);
      expect(left?.left).toBe("0");
    }),
    { numRuns: 12 },
  );
}, 120_000);
