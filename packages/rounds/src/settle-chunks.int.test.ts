import { describe, expect, test } from "bun:test";
import { memoryEvents } from "@closebell/context/testing";
import { openDatabase, sqlStateOf } from "@closebell/database";
import { byTwo } from "@closebell/database/testing";
import { allocate, microUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import { advanceRounds } from "./advance-rounds.ts";
import { dueRounds } from "./due.ts";
import { enterSettling } from "./enter-settling.ts";
import { getRound } from "./get-round.ts";
import type { RoundRow } from "./schema.ts";
import { settleChunks } from "./settle-chunks.ts";
import { settleRound } from "./settle-round.ts";
import { settlingRounds } from "./settlement-progress.ts";
import {
  expectBalancedBooks,
  loadBets,
  planSmallChunks,
  roundsHarness,
  type RoundsHarness,
} from "./testing/index.ts";

/** What a source may have said. */
const PRICES = { previousClose: "100", close: "101" };

const CODE = "20261120";
const ROUND = 2026112001;
const LOCK = "2026-11-20T20:59:59Z";

type Load = Omit<Parameters<typeof loadBets>[1], "roundId">;

/** A round with these bets, its lock passed. */
const locked = async (house: RoundsHarness, load: Load): Promise<void> => {
  await advanceRounds(house.deps, { by: house.by });
  await loadBets(house, { roundId: ROUND, ...load });
  await house.scratch.setClock(LOCK);
  await advanceRounds(house.deps, { by: house.by });
};

/** The same, its outcome fixed as UP, in chunks of some `size` bets. */
const settling = async (house: RoundsHarness, size: number, load: Load): Promise<RoundRow> => {
  await planSmallChunks(house, size);
  await locked(house, load);
  const basis = { kind: "side", side: "UP" } as const;
  await enterSettling(house.deps, { by: house.by, roundId: ROUND, basis, ...PRICES });
  const [row] = await dueRounds(house.deps, sql`id = ${ROUND}::int`);
  if (row === undefined) throw new Error("the round is gone");
  return row;
};

interface Paid extends Record<string, unknown> {
  readonly id: string;
  readonly stake: bigint;
  readonly side: string;
  readonly times: number;
  readonly amount: bigint | null;
}

const payments = (house: RoundsHarness): Promise<readonly Paid[]> =>
  house.deps.database.orm.execute<Paid>(sql`
    select b.id, b.stake, b.side::text as side, count(x.ref)::int as times, sum(x.amount)::bigint as amount
    from rounds.bet b left join ledger.transfer x on x.period = 202611 and x.kind in (23, 24) and x.ref = b.id
    where b.round_id = ${ROUND}::int group by b.id, b.stake, b.side`);

/** Every winner was paid once, what `allocate` of @closebell/money says, and nobody else. */
const expectAllocated = async (house: RoundsHarness): Promise<void> => {
  const bets = await payments(house);
  const round = await getRound(house.deps, { code: CODE });
  const stakes = bets
    .filter(({ side }) => side === "UP")
    .map(({ id, stake }) => ({ id, stake: microUsdc(stake) }));
  const distributable = microUsdc(round.poolDown - (round.fee ?? 0n));
  const shares = allocate({ winningPool: round.poolUp, distributable, stakes });
  const wrong = bets.filter(({ id, stake, side, times, amount }) =>
    side === "UP"
      ? times !== 1 || amount !== stake + (shares.get(id) ?? 0n)
      : times !== 0 || amount !== null,
  );
  expect(wrong).toEqual([]);
  await expectBalancedBooks(house);
};

const expectSettled = async (house: RoundsHarness): Promise<void> => {
  expect(await getRound(house.deps, { code: CODE })).toMatchObject({ state: "SETTLED" });
  await expectAllocated(house);
};

describe("the chunks of a settlement", () => {
  const chunkSizes = async (house: RoundsHarness) => {
    const rows = await house.deps.database.orm.execute<{ bets: bigint; users: bigint }>(sql`
      select count(*) as bets, count(distinct b.user_id) as users
      from rounds.bet b cross join lateral (
        select count(*) as chunk from rounds.chunk_bound c
        where c.round_id = b.round_id and (c.user_id, c.key) < (b.user_id, b.key)) c
      where b.round_id = ${ROUND}::int group by c.chunk`);
    return rows.map(({ bets }) => Number(bets));
  };

  test("of a small round hold as many bets as they should, and each user's together", async () => {
    await using house = await roundsHarness();
    const row = await settling(house, 300, { players: 100, bets: 2_950 });
    const sizes = await chunkSizes(house);
    expect(sizes).toHaveLength(row.chunks ?? 0);
    expect(sizes.reduce((sum, one) => sum + one, 0)).toBe(2_950);
    expect(Math.max(...sizes)).toBeLessThan(600);
    const [split] = await house.deps.database.orm.execute<{ users: bigint }>(sql`
      select count(*) as users from rounds.chunk_bound where key <> 'ffffffff-ffff-ffff-ffff-ffffffffffff'`);
    expect(split?.users).toBe(0n);
  });

  test("of a large round are sampled: about as large; a user with most of the bets fills many", async () => {
    await using house = await roundsHarness();
    const player = sql`case when n % 5 = 0 then n % 400 else 7 end`;
    const row = await settling(house, 500, { players: 400, bets: 20_000, player });
    const sizes = await chunkSizes(house);
    expect(row.chunks ?? 0).toBeGreaterThan(20);
    expect(sizes.reduce((sum, one) => sum + one, 0)).toBe(20_000);
    expect(Math.max(...sizes)).toBeLessThan(2_000);
    expect(await settleChunks(house.deps, { by: house.by, row })).toBe(true);
    await expectSettled(house);
  });

  test("are none of others than the round's own", async () => {
    await using house = await roundsHarness();
    const row = await settling(house, 300, { players: 10, bets: 500 });
    for (const chunk of [-1, row.chunks ?? 0]) {
      const paying = house.deps.database.orm.execute(
        sql`select rounds.settle_chunk(${ROUND}::int, ${chunk}::int, ${house.by.actor.id}::uuid, ${house.by.requestId}::uuid)`,
      );
      expect(sqlStateOf(await paying.catch((error: unknown) => error))).toBe("22023");
    }
  });
});

describe("a settlement", () => {
  test("that dies after any of its chunks goes on from there, and pays each bet once", async () => {
    await using house = await roundsHarness();
    const row = await settling(house, 200, { players: 50, bets: 2_000 });
    const done: number[] = [];
    for (let crashes = 0; crashes < 20; crashes += 1) {
      let told = 0;
      const dying = settleChunks(house.deps, {
        by: house.by,
        row,
        onProgress(paid) {
          told += 1;
          if (told === 1) done.push(paid);
          else throw new Error("killed");
        },
      });
      if (await dying.then(Boolean, () => false)) break;
      await expectBalancedBooks(house);
    }
    expect(done.length).toBeGreaterThan(3);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(await settleChunks(house.deps, { by: house.by, row })).toBe(false);
    await expectSettled(house);
  });

  test("by two processes at once is shared between them, and one of them finishes it", async () => {
    await using house = await roundsHarness();
    const row = await settling(house, 200, { players: 200, bets: 4_000 });
    const events = memoryEvents();
    const other = openDatabase({ url: house.scratch.url });
    try {
      const finished = await Promise.all([
        settleChunks({ ...house.deps, events }, { by: house.by, row }),
        settleChunks({ ...house.deps, events, database: other }, { by: house.by, row }),
      ]);
      expect(finished.filter(Boolean)).toHaveLength(1);
    } finally {
      await other.close();
    }
    expect(events.published.filter(({ type }) => type === "round.state")).toHaveLength(1);
    await expectSettled(house);
    const [chunks] = await house.deps.database.orm.execute<{ bets: bigint; chunks: bigint }>(
      sql`select sum(bets)::bigint as bets, count(*) as chunks from rounds.settlement_chunk`,
    );
    expect(chunks).toEqual({ bets: 2_000n, chunks: BigInt(row.chunks ?? 0) });
  });

  test("that began before chunks were ranges of users finishes as it began", async () => {
    await using house = await roundsHarness();
    const row = await settling(house, 500, { players: 40, bets: 1_200 });
    const su = openDatabase({ url: house.scratch.url, role: "owner" });
    try {
      await su.orm.transaction(async (tx) => {
        await tx.execute(sql`alter table rounds.round disable trigger guard`);
        await tx.execute(sql`
          update rounds.round set chunks = null, chunk_bounds = (
            select array_agg(id order by id) from (
              select id, row_number() over (order by id) as n from rounds.bet where round_id = ${ROUND}::int) b
            where n % 500 = 0) where id = ${ROUND}::int`);
        await tx.execute(sql`alter table rounds.round enable trigger guard`);
      });
    } finally {
      await su.close();
    }
    await house.deps.database.orm.execute(
      sql`select rounds.settle_chunk(${ROUND}::int, 1, ${house.by.actor.id}::uuid, ${house.by.requestId}::uuid)`,
    );
    await expectBalancedBooks(house);
    expect(await settleChunks(house.deps, { by: house.by, row })).toBe(true);
    await expectSettled(house);
    const [chunks] = await house.deps.database.orm.execute<{ chunks: bigint }>(
      sql`select count(*) as chunks from rounds.settlement_chunk`,
    );
    expect(chunks?.chunks).toBe(3n);
  });

  test("pays a bet that was paid by hand no second time", async () => {
    await using house = await roundsHarness();
    const row = await settling(house, 500, { players: 20, bets: 400, stake: sql`10` });
    await house.deps.database.orm.execute(sql`
      select ledger.post(202611, 23::smallint, array_agg(b.id), array_agg(ledger.account_id('round/ndx-20261120/settlement')),
        array_agg(a.id), array_agg(rounds.payout(b.stake, b.id, r.pool_up, r.pool_down - r.fee, r.cut_remainder, r.cut_bet)),
        array_agg(b.id), array_agg(b.id))
      from (select * from rounds.bet where side = 'UP' order by id limit 3) b
      join rounds.round r on r.id = b.round_id
      join ledger.account a on a.owner = b.user_id and a.purpose = 'available'`);
    expect(await settleChunks(house.deps, { by: house.by, row })).toBe(true);
    await expectSettled(house);
  });

  test("tells how far it is: bets paid of those to pay, to its caller, the bus and whoever asks", async () => {
    await using house = await roundsHarness();
    const row = await settling(house, 200, { players: 50, bets: 2_000 });
    const events = memoryEvents();
    const told: (readonly [number, number])[] = [];
    expect(await settlingRounds(house.deps)).toEqual([
      { market: "NDX", code: CODE, bets: 1_000n, paid: 0n },
    ]);
    await settleChunks(
      { ...house.deps, events },
      { by: house.by, row, onProgress: (...now) => told.push(now) },
    );
    expect(told.at(0)).toEqual([0, 1_000]);
    expect(told.at(-1)).toEqual([1_000, 1_000]);
    expect(told).toHaveLength((row.chunks ?? 0) + 1);
    expect(told.every(([paid], n) => n === 0 || paid >= (told[n - 1]?.[0] ?? 0))).toBe(true);
    const heard = events.published.filter(({ type }) => type === "round.settling");
    expect(heard[0]).toMatchObject({ market: "NDX", round: CODE, bets: 1_000 });
    expect(heard.length).toBeLessThan(told.length);
    expect(await settlingRounds(house.deps)).toEqual([]);
  });
});

describe("money shared among many", () => {
  const stakes = {
    "of any size": sql`1 + (n::bigint * 7919 * 104729) % 1000003`,
    "of three sizes, so that remainders are alike": sql`(array[3, 7, 11])[1 + n % 3]`,
    "all alike": sql`7`,
  };
  for (const [name, stake] of Object.entries(stakes)) {
    test(`stakes ${name}: to the unit what the model says`, async () => {
      await using house = await roundsHarness();
      const up = sql`n % 10 < 9`;
      await locked(house, { players: 500, bets: 26_000, stake, up });
      await byTwo(settleRound)(house.deps, { by: house.by, code: CODE, result: "UP" });
      await expectSettled(house);
    });
  }

  test("is given back in full by a void, also of a round that takes bets meanwhile", async () => {
    await using house = await roundsHarness();
    await planSmallChunks(house, 200);
    await advanceRounds(house.deps, { by: house.by });
    await loadBets(house, { roundId: ROUND, players: 50, bets: 3_000 });
    const users = await Promise.all(Array.from({ length: 20 }, () => house.user(100n)));
    const betting = users.map((user) => house.bet(user, "UP", 100n));
    await Promise.all([
      byTwo(settleRound)(house.deps, { by: house.by, code: CODE, result: "VOID" }),
      Promise.allSettled(betting),
    ]);
    expect(await getRound(house.deps, { code: CODE })).toMatchObject({ state: "VOID", fee: 0n });
    const wrong = (await payments(house)).filter(
      ({ times, amount, stake }) => times !== 1 || amount !== stake,
    );
    expect(wrong).toEqual([]);
    expect(await Promise.all(users.map((user) => house.available(user)))).toEqual(
      users.map(() => 100n),
    );
    await expectBalancedBooks(house);
  });
});
