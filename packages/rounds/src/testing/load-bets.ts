import { type SQL, sql } from "drizzle-orm";
import type { RoundsHarness } from "./rounds-harness.ts";

interface Load {
  readonly roundId: number;
  readonly players: number;
  readonly bets: number;
  /** An expression of the bet's number `n`: whose it is, from 0 on; its stake; whether it is UP. */
  readonly player?: SQL;
  readonly stake?: SQL;
  readonly up?: SQL;
}

/**
 * Writes many bets of new users on an open round by set-based SQL, as if they had been placed: the books balance after it.
 * Much faster than placing them, for tests of what becomes of them.
 */
export const loadBets = async (house: RoundsHarness, load: Load): Promise<void> => {
  const { roundId, players, bets, player = sql`n % ${players}::int` } = load;
  const { stake = sql`1000 + n * 7919 % 9000`, up = sql`n % 2 = 0` } = load;
  await house.scratch.owner.orm.transaction(async (tx) => {
    await tx.execute(sql`
      create temporary table loading on commit drop as
      select t.n, t.id, gen_random_uuid() as key, u.user_id, t.stake, t.side, t.stripe
      from (
        select n, gen_random_uuid() as id, (${player})::int as player, (${stake})::bigint as stake,
          (case when ${up} then 'UP' else 'DOWN' end)::rounds.side as side, (n % 8)::smallint as stripe
        from generate_series(1, ${bets}::int) n) t
      join (select n - 1 as player, gen_random_uuid() as user_id from generate_series(1, ${players}::int) n) u
        on u.player = t.player`);
    await tx.execute(sql`
      select ledger.open_accounts(array['user/' || user_id || '/available'], user_id, array['available'], 1::smallint, true)
      from (select distinct user_id from loading) u`);
    await tx.execute(sql`
      insert into rounds.bet (round_id, id, user_id, key, stake, accepted_at, side, stripe)
      select ${roundId}::int, id, user_id, key, stake, clock.now(), side, stripe from loading`);
    await tx.execute(sql`
      with given as (
        select user_id, sum(stake)::bigint as amount from loading group by user_id
      )
      select ledger.post(202611, 1::smallint, array_agg(g.user_id), array_agg(ledger.account_id('custody/test')),
        array_agg(a.id), array_agg(g.amount), array_agg(g.user_id), array_agg(g.user_id))
      from given g join ledger.account a on a.owner = g.user_id`);
    await tx.execute(sql`
      select ledger.post(202611, 20::smallint, array_agg(l.id), array_agg(a.id),
        array_agg(case l.side when 'UP' then s.account_up else s.account_down end), array_agg(l.stake),
        array_agg(l.user_id), array_agg(l.id))
      from loading l join ledger.account a on a.owner = l.user_id
      join rounds.stripe s on s.round_id = ${roundId}::int and s.stripe = l.stripe`);
  });
};

/** Lets the service plan chunks of some `size` bets from now on, so that a small round has many. */
export const planSmallChunks = async (house: RoundsHarness, size: number): Promise<void> => {
  await house.scratch.owner.sql.unsafe(`
    alter function rounds.plan_chunks rename to plan_chunks_of_any_size;
    create function rounds.plan_chunks(p_round integer, p_size integer) returns integer language sql
      begin atomic select rounds.plan_chunks_of_any_size(p_round, ${size}); end;
    grant execute on function rounds.plan_chunks to closebell_application;`);
};
