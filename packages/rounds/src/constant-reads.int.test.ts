import { expect, test } from "bun:test";
import { countBuffers } from "@closebell/database/testing";
import { accountStatement, createBalanceReader, tvl, userAccount } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { advanceRounds } from "./advance-rounds.ts";
import { createBetIntake } from "./bet-batcher.ts";
import { currentRounds } from "./current-rounds.ts";
import { getBet } from "./get-bet.ts";
import { getRound } from "./get-round.ts";
import { listRounds } from "./list-rounds.ts";
import { listUserBets } from "./list-user-bets.ts";
import { quote } from "./quote.ts";
import { roundStatistics } from "./round-statistics.ts";
import { roundsHarness, type RoundsHarness } from "./testing/rounds-harness.ts";

const OPEN = "20261120";
const STAKE = microUsdc(100n);

/** Twenty years of finished rounds, each with an account of its own. */
const addYears = (house: RoundsHarness) => house.scratch.owner.sql`
  with old as (
    insert into rounds.round (id, market, code, closing_date, previous_date, state, opens_at, lock_at, close_at,
      settles_from, grace_ends_at, symbol, fee_bps, min_stake, max_stake, guard_bps, on_grace_end, sources, source_rule,
      rules_version, outcome, void_reason, pool_up, pool_down, fee, bets_up, bets_down, chunk_bounds, settling_at, finished_at)
    select to_char(d.day, 'YYYYMMDD')::integer * 100 + m.number, m.code, to_char(d.day, 'YYYYMMDD'), d.day, d.day - 1,
      case when d.n % 1000 = 0 then 'VOID' else 'SETTLED' end, d.day - 1, d.day, d.day, d.day, d.day,
      m.symbol, m.fee_bps, m.min_stake, m.max_stake, m.guard_bps, m.on_grace_end, m.sources, m.source_rule, 1,
      case when d.n % 1000 = 0 then 'VOID' else 'UP' end, case when d.n % 1000 = 0 then 'OPERATOR' end,
      10, 10, 0, 1, 1, '{}', d.day, d.day
    from (select n, date '2006-01-01' + n as day from generate_series(1, 7000) n) d cross join rounds.market m
    returning accounts)
  insert into ledger.account (code, lock_rank, floored) select accounts || '/settlement', 2, true from old`;

/** Bets of 20,000 other users on the open round, and 5,001 of `userId` on those of old months, with their transfers. */
const addBets = async (house: RoundsHarness, userId: string): Promise<void> => {
  const { sql } = house.scratch.owner;
  for (const period of [200901, 202502]) await sql`select rounds.ensure_period(${period})`;
  await sql`
    with players as (
      insert into ledger.account (code, owner, purpose, lock_rank, floored, balance)
      select 'user/' || u.id || '/available', u.id, 'available', 1, true, 1000
      from (select gen_random_uuid() as id from generate_series(1, 20000)) u
      returning owner
    )
    insert into rounds.bet (round_id, id, user_id, key, stake, accepted_at, side, stripe)
    select ${Number(OPEN) * 100 + 1}, gen_random_uuid(), owner, gen_random_uuid(), 1, clock.now(), 'UP'::rounds.side, 0 from players
    union all
    select 2025020101 + n % 28 * 100, gen_random_uuid(), ${userId}, gen_random_uuid(), 1, clock.now(), 'UP'::rounds.side, 0
    from generate_series(1, 5000) n
    union all
    select 2009010501, gen_random_uuid(), ${userId}, gen_random_uuid(), 1, clock.now(), 'UP'::rounds.side, 0`;
  await sql`
    insert into ledger.transfer (period, kind, ref, debit, credit, amount, actor, request, posted_at)
    select b.round_id / 10000, 20, b.id, a.id, (select min(s.account_up) from rounds.stripe s), 1, b.user_id, b.id, clock.now()
    from rounds.bet b join ledger.account a on a.owner = b.user_id and a.purpose = 'available'
    on conflict do nothing`;
};

test("what is read often costs the same with ten bets and with thousands, after a week and after twenty years", async () => {
  await using house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  const ann = await house.user(10_000n);
  const { bet } = await house.bet(ann, "UP", 100n);
  for (let n = 1n; n < 10n; n += 1n) await house.bet(ann, "DOWN", n);
  await using counter = countBuffers(house.scratch);
  const deps = { ...house.deps, database: counter.database };
  const balances = createBalanceReader(deps);
  const reads: Readonly<Record<string, () => Promise<unknown>>> = {
    "current rounds": () => currentRounds(deps, {}),
    "a round": () => getRound(deps, { code: OPEN }),
    "a quote": () => quote(deps, { stake: STAKE }),
    "the value locked": () => tvl(deps),
    "a balance": () => balances.balancesOf(ann),
    "a bet": () => getBet(deps, { betId: bet.id }),
    "figures for metrics": () => roundStatistics(deps),
    "the newest rounds": () => listRounds(deps, { limit: 3 }),
    "rounds that are open": () => listRounds(deps, { state: "OPEN", limit: 50 }),
    "a page of bets": () => listUserBets(deps, { userId: ann, limit: 5 }),
    "a page of a statement": () =>
      accountStatement(deps, { code: userAccount(ann, "available"), limit: 5 }),
  };
  const costs = async () => {
    const found: Record<string, number> = {};
    for (const [name, read] of Object.entries(reads)) found[name] = await counter.buffersOf(read);
    return found;
  };
  const small = await costs();
  await addYears(house);
  await addBets(house, ann);
  await house.scratch.owner.sql`analyze`;
  const large = await costs();
  for (const [name, buffers] of Object.entries(large)) {
    expect(small[name], name).toBeGreaterThan(0);
    // indexes grow by a level or two
    expect(buffers, `${name}: ${small[name]} before`).toBeLessThanOrEqual(
      (small[name] ?? 0) * 2 + 15,
    );
  }
  const bets: string[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await listUserBets(deps, { userId: ann, limit: 100, cursor });
    bets.push(...page.items.map(({ roundCode, id }) => `${roundCode} ${id}`));
    cursor = page.nextCursor ?? undefined;
    more = cursor !== undefined;
  }
  expect(new Set(bets).size).toBe(5_011);
  expect(bets).toEqual(bets.toSorted().toReversed());
  const { items } = await listRounds(deps, { state: "VOID", limit: 50 });
  expect(items).toHaveLength(7);
  expect(
    await counter.buffersOf(() => listRounds(deps, { state: "VOID", limit: 50 })),
  ).toBeLessThan(100);
});

test("a bet costs the same with four years of partitions", async () => {
  await using house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  const ann = await house.user(1_000_000n);
  await using counter = countBuffers(house.scratch);
  const intake = createBetIntake({ ...house.deps, database: counter.database });
  let n = 0;
  const place = () => {
    n += 1;
    return intake.place({
      by: house.by,
      userId: ann,
      side: "UP",
      stake: STAKE,
      idempotencyKey: `bet-${n}`,
    });
  };
  // the least of some: once a second a bet also looks its round up
  const leastOf = async (times: number): Promise<number> => {
    const costs: number[] = [];
    for (let time = 0; time < times; time += 1) costs.push(await counter.buffersOf(place));
    return Math.min(...costs);
  };
  const few = await leastOf(5);
  await house.scratch.owner.sql`
    select rounds.ensure_period(to_char(date '2022-11-01' + n * interval '1 month', 'YYYYMM')::integer)
    from generate_series(0, 60) n`;
  const many = await leastOf(5);
  await intake.close();
  expect(few).toBeGreaterThan(0);
  expect(many, `${few} before`).toBeLessThanOrEqual(few + 5);
});
