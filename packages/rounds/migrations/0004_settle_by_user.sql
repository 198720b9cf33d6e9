-- Chunks of a settlement are ranges of users: a user's bets are paid together, one update of his balance for all of them.
-- The last (user, key) of each chunk but the last one, in the order of bet_key_once.
create table rounds.chunk_bound (
  round_id integer not null references rounds.round,
  chunk integer not null,
  user_id uuid not null,
  key uuid not null,
  primary key (round_id, chunk)
);
--> statement-breakpoint
create trigger append_only before update or delete on rounds.chunk_bound
  for each row execute function rounds.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on rounds.chunk_bound
  for each statement execute function rounds.refuse_change();
--> statement-breakpoint
-- Null in rounds that entered SETTLING before: they finish by ranges of bet ids, chunk_bounds.
alter table rounds.round add column chunks integer check (chunks >= 1);
--> statement-breakpoint
alter table rounds.round drop constraint round_outcome_from_settling;
--> statement-breakpoint
alter table rounds.round add constraint round_outcome_from_settling check (
  (state in ('SETTLING', 'SETTLED', 'VOID'))
    = (outcome is not null and pool_up is not null and pool_down is not null and fee is not null
       and (chunks is not null or chunk_bounds is not null) and settling_at is not null));
--> statement-breakpoint
create or replace function rounds.guard_round() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'a round is never deleted' using errcode = 'integrity_constraint_violation';
  end if;
  if new.state <> old.state and not (
    (old.state, new.state) in (('SCHEDULED', 'OPEN'), ('OPEN', 'LOCKED'), ('LOCKED', 'SETTLING'))
    or (old.state in ('SCHEDULED', 'OPEN') and new.state = 'SETTLING' and new.outcome = 'VOID')
    or (old.state = 'SETTLING' and new.state = case old.outcome when 'VOID' then 'VOID' else 'SETTLED' end)
  ) then
    raise exception 'a round goes from % to % never', old.state, new.state
      using errcode = 'check_violation', constraint = 'round_state_order';
  end if;
  if new.lock_at > old.lock_at then
    raise exception 'a lock may move earlier, never later' using errcode = 'check_violation', constraint = 'round_lock_never_later';
  end if;
  if old.state not in ('SCHEDULED', 'OPEN', 'LOCKED') and (
    new.outcome, new.void_reason, new.previous_close, new.close, new.evidence, new.pool_up, new.pool_down, new.fee,
    new.bets_up, new.bets_down, new.cut_remainder, new.cut_bet, new.chunk_bounds, new.chunks, new.lock_at, new.opens_at
  ) is distinct from (
    old.outcome, old.void_reason, old.previous_close, old.close, old.evidence, old.pool_up, old.pool_down, old.fee,
    old.bets_up, old.bets_down, old.cut_remainder, old.cut_bet, old.chunk_bounds, old.chunks, old.lock_at, old.opens_at
  ) then
    raise exception 'an outcome is fixed once a round is settling' using errcode = 'check_violation', constraint = 'round_outcome_fixed';
  end if;
  if (new.id, new.market, new.code, new.closing_date, new.symbol, new.fee_bps, new.min_stake, new.max_stake, new.guard_bps,
      new.on_grace_end, new.sources, new.source_rule, new.rules_version)
    is distinct from
     (old.id, old.market, old.code, old.closing_date, old.symbol, old.fee_bps, old.min_stake, old.max_stake, old.guard_bps,
      old.on_grace_end, old.sources, old.source_rule, old.rules_version) then
    raise exception 'the rules of a round are frozen when it is scheduled' using errcode = 'check_violation', constraint = 'round_rules_frozen';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- Writes the bounds of a round's chunks of some `p_size` bets, and returns how many chunks it is. Of a large round 100 bets
-- of each chunk are looked at: any bounds will do, and a bet that comes later falls into one of the chunks. A user's bets
-- stay together, unless he has so many that they fill chunks of their own.
create function rounds.plan_chunks(p_round integer, p_size integer) returns integer
language plpgsql set search_path = pg_catalog set plan_cache_mode = force_custom_plan as $$
declare
  v_small boolean := (select count(*) <= 10 * p_size from (
    select from rounds.bet b where b.round_id = p_round limit 10 * p_size + 1) b);
  v_step integer := case when v_small then p_size else least(p_size, 100) end;
  v_bounds integer;
begin
  with sampled as (
    select b.user_id, b.key from rounds.bet b where v_small and b.round_id = p_round
    union all
    select b.user_id, b.key from rounds.bet b tablesample system (100.0 * v_step / p_size)
    where not v_small and b.round_id = p_round
  ), ends as (
    select e.user_id, e.key, lead(e.user_id) over (order by e.user_id, e.key) as next_user,
      lag(e.user_id) over (order by e.user_id, e.key) as last_user
    from (select s.user_id, s.key, row_number() over (order by s.user_id, s.key) as n from sampled s) e
    where e.n % v_step = 0
  )
  insert into rounds.chunk_bound (round_id, chunk, user_id, key)
    select p_round, row_number() over (order by e.user_id, e.key) - 1, e.user_id,
      case when e.user_id in (e.last_user, e.next_user) then e.key else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end
    from ends e;
  get diagnostics v_bounds = row_count;
  return v_bounds + 1;
end $$;
--> statement-breakpoint
-- How many of the bets that share get a unit more, less those of remainders above one band of them (each as wide as
-- `p_width`), the band in which the last one is, and how many bets are in it; no row when nothing is left over.
create function rounds.cut_band(
  p_round integer, p_side rounds.side, p_lock_at timestamptz, p_winning_pool bigint, p_distributable bigint, p_width bigint
) returns table (rank bigint, band bigint, bets bigint)
language plpgsql stable set search_path = pg_catalog as $$
begin
  return query
    with bands as (
      select m.remainder / p_width as band, count(*) as bets, sum(m.remainder) as total
      from (select mod(b.stake::numeric * p_distributable, p_winning_pool::numeric)::bigint as remainder
            from rounds.bet b where b.round_id = p_round and b.side = p_side and b.accepted_at < p_lock_at) m
      group by 1
    ), counted as (
      select n.*, (sum(n.bets) over (order by n.band desc))::bigint - n.bets as above,
        div(sum(n.total) over (), p_winning_pool::numeric)::bigint as extra from bands n
    )
    select c.extra - c.above, c.band, c.bets from counted c where c.above < c.extra and c.extra <= c.above + c.bets;
end $$;
--> statement-breakpoint
-- The (remainder, bet id) of the last extra unit when `p_distributable` is shared among the round's bets on one side
-- in proportion to their stakes; no row when nothing is left over. Bets are read two or three times, never all sorted:
-- first for the band of remainders in which the units end; of a full band, for the remainder; then for the bet.
create or replace function rounds.cut(p_round integer, p_side rounds.side, p_lock_at timestamptz, p_winning_pool bigint, p_distributable bigint)
returns table (remainder numeric, bet uuid)
language plpgsql stable set search_path = pg_catalog set plan_cache_mode = force_custom_plan as $$
declare
  v_width bigint := p_winning_pool / 4096 + 1;
  v_sorted constant integer := 20000;
  v_rank bigint;
  v_band bigint;
  v_bets bigint;
  v_remainder bigint;
begin
  select c.rank, c.band, c.bets into v_rank, v_band, v_bets
    from rounds.cut_band(p_round, p_side, p_lock_at, p_winning_pool, p_distributable, v_width) c;
  if v_rank is null then return; end if;
  if v_bets <= v_sorted then
    return query
      select m.remainder::numeric, m.id
      from (select b.id, mod(b.stake::numeric * p_distributable, p_winning_pool::numeric)::bigint as remainder
            from rounds.bet b where b.round_id = p_round and b.side = p_side and b.accepted_at < p_lock_at) m
      where m.remainder / v_width = v_band
      order by m.remainder desc, m.id offset v_rank - 1 limit 1;
    return;
  end if;
  select v_rank - c.above, c.remainder into v_rank, v_remainder
  from (
    select n.*, (sum(n.bets) over (order by n.remainder desc))::bigint - n.bets as above
    from (
      select m.remainder, count(*) as bets
      from (select mod(b.stake::numeric * p_distributable, p_winning_pool::numeric)::bigint as remainder
            from rounds.bet b where b.round_id = p_round and b.side = p_side and b.accepted_at < p_lock_at) m
      where m.remainder / v_width = v_band
      group by 1) n
  ) c where c.above < v_rank and v_rank <= c.above + c.bets;
  return query
    select v_remainder::numeric, b.id
    from rounds.bet b where b.round_id = p_round and b.side = p_side and b.accepted_at < p_lock_at
      and mod(b.stake::numeric * p_distributable, p_winning_pool::numeric) = v_remainder
    order by b.id offset v_rank - 1 limit 1;
end $$;
--> statement-breakpoint
-- A chunk of a round that entered SETTLING before chunks were ranges of users: a range of bet ids.
create function rounds.settle_chunk_of_ids(p_round rounds.round, p_chunk integer, p_actor uuid, p_request uuid)
returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
  v_after uuid := coalesce(p_round.chunk_bounds[nullif(p_chunk, 0)], '00000000-0000-0000-0000-000000000000');
  v_to uuid := coalesce(p_round.chunk_bounds[p_chunk + 1], 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  v_winning bigint := case p_round.outcome when 'UP' then p_round.pool_up else p_round.pool_down end;
  v_bets uuid[];
  v_accounts bigint[];
  v_amounts bigint[];
begin
  select array_agg(b.id), array_agg(a.id), array_agg(case p_round.outcome when 'VOID' then b.stake
      else rounds.payout(b.stake, b.id, v_winning, p_round.pool_up + p_round.pool_down - v_winning - p_round.fee,
        p_round.cut_remainder, p_round.cut_bet) end)
    into v_bets, v_accounts, v_amounts
    from rounds.bet b join ledger.account a on a.owner = b.user_id and a.purpose = 'available'
    where b.round_id = p_round.id and b.id > v_after and b.id <= v_to and b.accepted_at < p_round.lock_at
      and (p_round.outcome = 'VOID' or b.side::text = p_round.outcome);
  return rounds.pay_chunk(p_round, p_chunk, v_bets, v_accounts, v_amounts, p_actor, p_request);
end $$;
--> statement-breakpoint
-- Pays what a chunk owes, unless its row in settlement_chunk says that it was done. Returns how many bets it paid.
create function rounds.pay_chunk(
  p_round rounds.round, p_chunk integer, p_bets uuid[], p_accounts bigint[], p_amounts bigint[], p_actor uuid, p_request uuid
) returns bigint
language plpgsql set search_path = pg_catalog as $$
begin
  insert into rounds.settlement_chunk (round_id, chunk, bets, done_at)
    values (p_round.id, p_chunk, coalesce(cardinality(p_bets), 0), clock.now())
    on conflict do nothing;
  if not found or p_bets is null then return 0; end if;
  perform ledger.pay_many(p_round.period, case p_round.outcome when 'VOID' then 24 else 23 end::smallint,
    ledger.account_id(p_round.accounts || '/settlement'), p_bets, p_accounts, p_amounts, p_actor, p_request);
  return cardinality(p_bets);
end $$;
--> statement-breakpoint
-- Pays or refunds the bets of one chunk of a settling round, and returns how many it were. Its row in settlement_chunk
-- makes it happen once; the accounts are locked by the ledger, the round's own last.
create or replace function rounds.settle_chunk(p_round integer, p_chunk integer, p_actor uuid, p_request uuid)
returns bigint
language plpgsql
-- whatever statistics say of a new partition: the chunk is a range of one index, and accounts are looked up by owner
set search_path = pg_catalog set plan_cache_mode = force_custom_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_hashjoin = off
set enable_mergejoin = off set enable_hashagg = off as $$
#variable_conflict use_column
declare
  v_round rounds.round;
  v_lowest constant uuid := '00000000-0000-0000-0000-000000000000';
  v_highest constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  v_after rounds.chunk_bound;
  v_to rounds.chunk_bound;
  v_winning bigint;
  v_distributable bigint;
  v_side rounds.side;
  v_bets uuid[];
  v_accounts bigint[];
  v_amounts bigint[];
begin
  select * into strict v_round from rounds.round r where r.id = p_round and r.state = 'SETTLING';
  if v_round.chunks is null then
    return rounds.settle_chunk_of_ids(v_round, p_chunk, p_actor, p_request);
  end if;
  if p_chunk not between 0 and v_round.chunks - 1 then
    raise exception 'round % has no chunk %', p_round, p_chunk using errcode = 'invalid_parameter_value';
  end if;
  select * into v_after from rounds.chunk_bound c where c.round_id = p_round and c.chunk = p_chunk - 1;
  select * into v_to from rounds.chunk_bound c where c.round_id = p_round and c.chunk = p_chunk;
  if v_round.outcome <> 'VOID' then v_side := v_round.outcome; end if;
  v_winning := case v_round.outcome when 'UP' then v_round.pool_up else v_round.pool_down end;
  v_distributable := v_round.pool_up + v_round.pool_down - v_winning - v_round.fee;
  select array_agg(t.id), array_agg(a.id), array_agg(t.amount) into v_bets, v_accounts, v_amounts
  from (
    select w.user_id, array_agg(w.id) as bets, array_agg(w.amount) as amounts
    from (
      select b.user_id, b.id,
        case when v_side is null then b.stake
          else rounds.payout(b.stake, b.id, v_winning, v_distributable, v_round.cut_remainder, v_round.cut_bet) end as amount
      from rounds.bet b
      where b.round_id = p_round and b.accepted_at < v_round.lock_at
        and (v_side is null or b.side = v_side)
        and (b.user_id, b.round_id, b.key) > (coalesce(v_after.user_id, v_lowest), p_round, coalesce(v_after.key, v_lowest))
        and (b.user_id, b.round_id, b.key) <= (coalesce(v_to.user_id, v_highest), p_round, coalesce(v_to.key, v_highest))
      order by b.user_id, b.key
    ) w group by w.user_id
  ) u
  join ledger.account a on a.owner = u.user_id and a.purpose = 'available'
  cross join lateral unnest(u.bets, u.amounts) as t (id, amount);
  return rounds.pay_chunk(v_round, p_chunk, v_bets, v_accounts, v_amounts, p_actor, p_request);
end $$;
--> statement-breakpoint
-- Pays the first chunk from `p_from` on that is neither done nor being paid by somebody else, or, with p_wait, that is not
-- done yet, waiting for whoever is at it. Its number and how many bets were paid; no row where none is left.
create function rounds.settle_next(p_round integer, p_from integer, p_wait boolean, p_actor uuid, p_request uuid)
returns table (chunk integer, bets bigint)
language plpgsql set search_path = pg_catalog as $$
#variable_conflict use_column
declare
  v_chunks integer;
  v_chunk integer := p_from;
begin
  select coalesce(r.chunks, cardinality(r.chunk_bounds) + 1) into strict v_chunks from rounds.round r where r.id = p_round;
  loop
    select min(n) into v_chunk from generate_series(v_chunk, v_chunks - 1) n
      where not exists (select from rounds.settlement_chunk s where s.round_id = p_round and s.chunk = n);
    if v_chunk is null then return; end if;
    if p_wait then
      perform pg_advisory_xact_lock(p_round::bigint << 32 | v_chunk);
    end if;
    if p_wait or pg_try_advisory_xact_lock(p_round::bigint << 32 | v_chunk) then
      -- whoever held it may have done it meanwhile
      if not exists (select from rounds.settlement_chunk s where s.round_id = p_round and s.chunk = v_chunk) then
        return query select v_chunk, rounds.settle_chunk(p_round, v_chunk, p_actor, p_request);
        return;
      end if;
    end if;
    v_chunk := v_chunk + 1;
  end loop;
end $$;
--> statement-breakpoint
drop function rounds.chunk_bounds;
--> statement-breakpoint
drop function rounds.refund_past_post;
--> statement-breakpoint
-- Refunds up to `p_limit` bets after the id `p_after` that were taken after the true lock (it moved earlier later).
-- Returns how many it looked at, how many it refunded now, and the last one's id.
create function rounds.refund_past_post(p_round integer, p_after uuid, p_limit integer, p_actor uuid, p_request uuid)
returns table (late integer, refunded integer, last uuid)
language plpgsql set search_path = pg_catalog set plan_cache_mode = force_custom_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
#variable_conflict use_column
declare
  v_round rounds.round;
  v_bets uuid[];
  v_debits bigint[];
  v_credits bigint[];
  v_amounts bigint[];
begin
  select * into v_round from rounds.round r where r.id = p_round and r.state in ('SCHEDULED', 'OPEN', 'LOCKED');
  -- another process may have fixed the outcome meanwhile
  if not found then return; end if;
  select array_agg(p.id), array_agg(case p.side when 'UP' then s.account_up else s.account_down end),
      array_agg(a.id), array_agg(p.stake)
    into v_bets, v_debits, v_credits, v_amounts
  from (
    select b.* from rounds.bet b
    where b.round_id = p_round and b.id > p_after and b.accepted_at >= v_round.lock_at
    order by b.id limit p_limit
  ) p
  join rounds.stripe s on s.round_id = p_round and s.stripe = p.stripe
  join ledger.account a on a.owner = p.user_id and a.purpose = 'available';
  if v_bets is null then return; end if;
  return query select cardinality(v_bets),
    ledger.post(v_round.period, 24::smallint, v_bets, v_debits, v_credits, v_amounts,
      array_fill(p_actor, array[cardinality(v_bets)]), array_fill(p_request, array[cardinality(v_bets)])),
    (select t.id from unnest(v_bets) as t (id) order by t.id desc limit 1);
end $$;
--> statement-breakpoint
revoke all on function
  rounds.plan_chunks, rounds.cut_band, rounds.settle_chunk_of_ids, rounds.pay_chunk, rounds.settle_next, rounds.refund_past_post from public;
--> statement-breakpoint
grant execute on function
  rounds.plan_chunks, rounds.cut_band, rounds.settle_chunk_of_ids, rounds.pay_chunk, rounds.settle_next, rounds.refund_past_post
  to closebell_application;
--> statement-breakpoint
grant select on rounds.chunk_bound to closebell_application, closebell_readonly;
--> statement-breakpoint
grant insert on rounds.chunk_bound to closebell_application;
