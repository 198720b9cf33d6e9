import { describe, expect, test } from "bun:test";
import { byTwo } from "@closebell/database/testing";
import { allocate, feeOf, microUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { advanceRounds } from "./advance-rounds.ts";
import { enterSettling } from "./enter-settling.ts";
import { getBet } from "./get-bet.ts";
import { getRound } from "./get-round.ts";
import { settleRound } from "./settle-round.ts";
import { expectBalancedBooks, roundsHarness, type RoundsHarness } from "./testing/index.ts";
import type { Side } from "./types.ts";

/** What a source may have said. */
const PRICES = { previousClose: "100", close: "101" };

const CODE = "20261120";
const LOCK = "2026-11-20T20:59:59Z";
const SETTLE = "2026-11-20T21:05:00Z";

const closes = (house: RoundsHarness, previous: string, close: string): void => {
  house.oracle.script("2026-11-19", { kind: "right", price: previous });
  house.oracle.script(CODE.replace(/(....)(..)(..)/, "$1-$2-$3"), { kind: "right", price: close });
};

/** Plays the first round with these stakes and closes, and gives what became of it. */
const play = async (
  house: RoundsHarness,
  stakes: readonly (readonly [Side, bigint])[],
  previous: string,
  close: string,
) => {
  await advanceRounds(house.deps, { by: house.by });
  const bets = await Promise.all(
    stakes.map(async ([side, stake]) => {
      const user = await house.user(stake);
      return (await house.bet(user, side, stake)).bet;
    }),
  );
  closes(house, previous, close);
  await house.scratch.setClock(SETTLE);
  await advanceRounds(house.deps, { by: house.by });
  await expectBalancedBooks(house);
  const round = await getRound(house.deps, { code: CODE });
  const after = await Promise.all(bets.map(({ id }) => getBet(house.deps, { betId: id })));
  return { round, bets: after };
};

describe("the outcome", () => {
  const table = [
    ["a close above is UP", "100", "100.000001", "UP", "SETTLED"],
    ["a close below is DOWN", "100", "99.999999", "DOWN", "SETTLED"],
    ["a tie is DOWN, however it is written", "100.10", "100.1", "DOWN", "SETTLED"],
  ] as const;
  for (const [name, previous, close, outcome, state] of table) {
    test(name, async () => {
      await using house = await roundsHarness();
      const { round, bets } = await play(
        house,
        [
          ["UP", 10n],
          ["DOWN", 10n],
        ],
        previous,
        close,
      );
      expect(round).toMatchObject({ outcome, state, previousClose: previous, close });
      expect(bets.map((bet) => bet.state)).toEqual(
        outcome === "UP" ? ["WON", "LOST"] : ["LOST", "WON"],
      );
      expect(bets).toMatchObject(
        outcome === "UP" ? [{ payout: 20n }, { payout: 0n }] : [{ payout: 0n }, { payout: 20n }],
      );
    });
  }

  test("the fee is one per cent of the losing pool, rounded down, and goes to the house", async () => {
    await using house = await roundsHarness();
    const { round, bets } = await play(
      house,
      [
        ["UP", 1_000n],
        ["DOWN", 1_999n],
      ],
      "100",
      "101",
    );
    expect(round.fee).toEqual(microUsdc(19n));
    expect(bets).toMatchObject([{ payout: 1_000n + 1_980n }, { payout: 0n }]);
    const [fees] = await house.deps.database.orm.execute<{ balance: bigint }>(
      sql`select balance from ledger.account where code = 'house/fees'`,
    );
    expect(fees?.balance).toBe(19n);
  });

  test("no bets: settled, and nothing moves", async () => {
    await using house = await roundsHarness();
    const { round } = await play(house, [], "100", "101");
    expect(round).toMatchObject({ state: "SETTLED", outcome: "UP", fee: 0n, voidReason: null });
  });

  test("nobody on the winning side: void, every stake back in full", async () => {
    await using house = await roundsHarness();
    const { round, bets } = await play(
      house,
      [
        ["DOWN", 7n],
        ["DOWN", 5n],
      ],
      "100",
      "101",
    );
    expect(round).toMatchObject({
      state: "VOID",
      outcome: "VOID",
      voidReason: "NO_WINNERS",
      fee: 0n,
    });
    expect(bets).toMatchObject([
      { state: "REFUNDED", payout: 7n, refundReason: "NO_WINNERS" },
      { state: "REFUNDED", payout: 5n, refundReason: "NO_WINNERS" },
    ]);
  });

  test("nobody on the losing side: stakes back without a fee, and it counts as won", async () => {
    await using house = await roundsHarness();
    const { round, bets } = await play(
      house,
      [
        ["UP", 7n],
        ["UP", 5n],
      ],
      "100",
      "101",
    );
    expect(round).toMatchObject({ state: "SETTLED", outcome: "UP", fee: 0n });
    expect(bets).toMatchObject([
      { state: "WON", payout: 7n },
      { state: "WON", payout: 5n },
    ]);
  });
});

test("TypeScript and SQL share the losing pool alike, to the unit, whatever the stakes", async () => {
  await using house = await roundsHarness();
  const stake = fc.oneof(
    fc.bigInt({ min: 1n, max: 50n }),
    fc.bigInt({ min: 1n, max: 10n ** 12n }),
    fc.bigInt({ min: 2n ** 50n, max: 2n ** 56n }),
  );
  // two units for three equal remainders: the lower ids have them
  const threeAlike = ["c", "a", "b"].map((digit): [string, bigint] => [
    `00000000-0000-4000-8000-00000000000${digit}`,
    1n,
  ]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.uuid(), stake), { minLength: 1, maxLength: 30 }),
      fc.bigInt({ min: 0n, max: 2n ** 61n }),
      fc.integer({ min: 0, max: 10_000 }),
      async (winners, losing, feeBps) => {
        const stakes = [...new Map(winners)].map(([id, amount]) => ({
          id,
          stake: microUsdc(amount),
        }));
        const winningPool = microUsdc(stakes.reduce((sum, one) => sum + one.stake, 0n));
        const distributable = microUsdc(losing - feeOf(microUsdc(losing), feeBps));
        const expected = allocate({ winningPool, distributable, stakes });
        const rows = await house.scratch.owner.orm
          .transaction(async (tx) => {
            await tx.execute(sql`select rounds.ensure_period(202611)`);
            await tx.execute(sql`
              insert into rounds.bet (round_id, id, user_id, key, stake, accepted_at, side, stripe)
              select 2026112099, (x->>'id')::uuid, (x->>'id')::uuid, (x->>'id')::uuid, (x->>'stake')::bigint,
                '2026-01-01', 'UP', 0
              from jsonb_array_elements(${JSON.stringify(
                stakes.map((one) => ({ id: one.id, stake: one.stake.toString() })),
              )}::jsonb) x`);
            const paid = await tx.execute<{ id: string; share: bigint }>(sql`
              select b.id, rounds.payout(b.stake, b.id, ${winningPool}::bigint, ${distributable}::bigint,
                c.remainder, c.bet) - b.stake as share
              from rounds.bet b left join rounds.cut(2026112099, 'UP', '2026-02-01', ${winningPool}::bigint,
                ${distributable}::bigint) c on true
              where b.round_id = 2026112099`);
            throw Object.assign(new Error("rollback"), { paid });
          })
          .catch((error: Error & { paid?: readonly { id: string; share: bigint }[] }) => {
            if (error.paid === undefined) throw error;
            return error.paid;
          });
        expect(new Map(rows.map(({ id, share }) => [id, share]))).toEqual(new Map(expected));
      },
    ),
    { numRuns: 40, examples: [[threeAlike, 5n, 0]] },
  );
});

test("a settlement that dies between chunks, or inside one, is resumed and pays each bet once", async () => {
  await using house = await roundsHarness();
  const { deps, by } = house;
  await advanceRounds(deps, { by });
  const [winner, loser] = [await house.user(10_000n), await house.user(10_000n)];
  const users = await Promise.all(Array.from({ length: 24 }, () => house.user(100n)));
  for (let n = 0; n < 50; n += 1) {
    await Promise.all(users.map((user) => house.bet(user, "UP", 1n)));
  }
  await house.bet(winner, "UP", 333n);
  await house.bet(loser, "DOWN", 9_999n);
  await house.scratch.setClock(LOCK);
  await advanceRounds(deps, { by });
  const { id } = await getRound(deps, { code: CODE });
  await enterSettling(deps, { by, roundId: id, basis: { kind: "side", side: "UP" }, ...PRICES });
  await expectBalancedBooks(house);

  // a chunk whose transaction is cut off leaves nothing behind
  await deps.database.orm
    .transaction(async (tx) => {
      await tx.execute(
        sql`select rounds.settle_chunk(${id}::int, 0, ${by.actor.id}::uuid, ${by.requestId}::uuid)`,
      );
      throw new Error("killed");
    })
    .catch(() => undefined);
  await expectBalancedBooks(house);
  // one that committed stays; asked for again it does nothing
  for (const expected of [1_201n, 0n]) {
    const [paid] = await deps.database.orm.execute<{ paid: bigint }>(
      sql`select rounds.settle_chunk(${id}::int, 0, ${by.actor.id}::uuid, ${by.requestId}::uuid) as paid`,
    );
    expect(paid?.paid).toBe(expected);
  }
  await expectBalancedBooks(house);
  expect((await getRound(deps, { code: CODE })).state).toBe("SETTLING");

  await Promise.all([advanceRounds(deps, { by }), advanceRounds(deps, { by })]);
  await expectBalancedBooks(house);
  expect(await getRound(deps, { code: CODE })).toMatchObject({
    state: "SETTLED",
    fee: 99n,
    betsUp: 1_201n,
  });
  const [payouts] = await deps.database.orm.execute<{ bets: bigint; paid: string }>(sql`
    select count(distinct ref) as bets, sum(amount)::text as paid from ledger.transfer where kind = 23`);
  expect(payouts).toEqual({ bets: 1_201n, paid: String(1_200n + 333n + 9_999n - 99n) });
});

test("a round that holds other than its stakes is not settled", async () => {
  await using house = await roundsHarness();
  const { deps, by } = house;
  await advanceRounds(deps, { by });
  await house.bet(await house.user(10n), "UP", 10n);
  // money that no bet explains reaches the pool
  const giver = await house.user(5n);
  await deps.database.orm.execute(sql`
    select ledger.post_by_code(202611, 20::smallint, array[gen_random_uuid()],
      array['user/' || ${giver} || '/available'], array['round/ndx-20261120/up/3'], array[5::bigint],
      ${giver}::uuid, ${giver}::uuid)`);
  closes(house, "100", "101");
  await house.scratch.setClock(SETTLE);
  await advanceRounds(deps, { by });
  expect((await getRound(deps, { code: CODE })).state).toBe("LOCKED");
});

test("a round whose bets stand on other sides than their stakes is not settled; it can be voided", async () => {
  await using house = await roundsHarness();
  const { deps, by, scratch } = house;
  await advanceRounds(deps, { by });
  const [winner, loser] = [await house.user(10n), await house.user(7n)];
  await house.bet(winner, "UP", 10n);
  await house.bet(loser, "DOWN", 7n);
  await scratch.owner.sql.begin(async (tx) => {
    await tx`alter table rounds.bet disable trigger user`;
    await tx`update rounds.bet set side = case side when 'UP' then 'DOWN' else 'UP' end::rounds.side`;
    await tx`alter table rounds.bet enable trigger user`;
  });
  closes(house, "100", "101");
  await scratch.setClock(SETTLE);
  await advanceRounds(deps, { by });
  expect((await getRound(deps, { code: CODE })).state).toBe("LOCKED");
  await byTwo(settleRound)(deps, { by, code: CODE, result: "VOID" });
  expect([await house.available(winner), await house.available(loser)]).toEqual([10n, 7n]);
});
