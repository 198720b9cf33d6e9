select protection.count_kind(20::smallint, 'stake'),
  protection.count_kind(23::smallint, 'return'),
  protection.count_kind(24::smallint, 'return');
--> statement-breakpoint
-- Places a batch of bets on one round, each on its own merits, in one transaction. Results, by position:
--   ACCEPTED | REPLAYED (the key is used, same bet) | KEY_REUSED | ROUND_NOT_OPEN | ROUND_PAUSED | BUSY (its account is
--   locked elsewhere, or it is the user's second bet of this batch: send it again) | USER_NOT_FOUND | PLAY_SUSPENDED |
--   BELOW_MINIMUM | ABOVE_MAXIMUM | BEYOND_LIMIT (of his own) | INSUFFICIENT_FUNDS | POOL_FULL
-- A bet that names no round (p_named false) also finds its key in the round before. With p_patience_ms above 0 a locked
-- account is waited for so long; then the call fails with lock_not_available.
create or replace function rounds.place_bets(
  p_round integer, p_previous integer, p_stripe smallint, p_ids uuid[], p_users uuid[], p_sides rounds.side[],
  p_stakes bigint[], p_keys uuid[], p_named boolean[], p_actors uuid[], p_requests uuid[], p_patience_ms integer default 0
) returns table (n integer, result text, bet_id uuid, bet_round integer, accepted_at timestamptz)
language plpgsql
set search_path = pg_catalog
-- one plan for every call, by index, whatever the tables held when it was made
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_all integer[] := array(select generate_subscripts(p_ids, 1));
  v_round rounds.round;
  v_stripe rounds.stripe;
  v_now timestamptz;
  v_refusal text;
  v_limited boolean;
  v_room numeric;
  v_used integer[];
  v_suspended integer[];
  v_beyond integer[];
  v_counted integer[];
  v_positions integer[];
  v_accounts bigint[];
  v_balances bigint[];
  v_results text[];
  v_placed integer[];
  v_debits bigint[];
begin
  -- the fence (rounds.fence takes it exclusively)
  perform pg_advisory_xact_lock_shared(20501, p_round);
  -- a statement of its own: clock and round as they are once the fence is held
  select * into v_round from rounds.round r where r.id = p_round;
  v_now := clock.now();
  v_refusal := case
    when v_round.id is null or v_round.state not in ('SCHEDULED', 'OPEN')
      or v_now < v_round.opens_at or v_now >= v_round.lock_at then 'ROUND_NOT_OPEN'
    when v_round.paused then 'ROUND_PAUSED' end;
  if v_refusal is null then
    select l.positions, l.accounts, l.balances into v_positions, v_accounts, v_balances
      from ledger.lock_owners(p_users, 'available', p_patience_ms) l;
  end if;
  if v_positions is null then
    return query select * from rounds.answer_unjudged(
      p_round, p_previous, v_all, p_users, p_sides, p_stakes, p_keys, p_named, v_refusal);
    return;
  end if;

  -- statements of their own, after the locks: until this commits no other transaction bets for these users
  v_used := rounds.used_keys(p_round, p_previous, p_users, p_keys, p_named);
  if exists (select from protection.player x where x.user_id = any (p_users)) then
    select j.suspended, j.beyond, j.counted into v_suspended, v_beyond, v_counted
      from protection.judge_stakes(p_users, p_stakes, v_now) j;
  end if;
  v_limited := v_round.max_stake < 4611686018427387904;
  select array_agg(j.result), array_agg(j.n) filter (where j.result = 'ACCEPTED'),
      array_agg(j.account) filter (where j.result = 'ACCEPTED')
    into v_results, v_placed, v_debits
  from (
    select l.n, l.account,
      case
        when l.n = any (v_used) then 'KEY_USED'
        when l.account = v_accounts[l.i - 1] then 'BUSY'
        when l.n = any (v_suspended) then 'PLAY_SUSPENDED'
        when p_stakes[l.n] < v_round.min_stake then 'BELOW_MINIMUM'
        when v_limited and p_stakes[l.n]::numeric + coalesce((
            select s.stake from rounds.staked s where s.round_id = p_round and s.user_id = p_users[l.n]), 0)
          > v_round.max_stake then 'ABOVE_MAXIMUM'
        when l.n = any (v_beyond) then 'BEYOND_LIMIT'
        when p_stakes[l.n] > l.balance then 'INSUFFICIENT_FUNDS'
        else 'ACCEPTED'
      end as result
    from unnest(v_positions, v_accounts, v_balances) with ordinality as l (n, account, balance, i)
  ) j;

  select 4611686018427387904 - coalesce(sum(a.balance), 0) into v_room
    from rounds.stripe s join ledger.account a on a.id in (s.account_up, s.account_down) where s.round_id = p_round;
  if v_room < (select sum(p_stakes[t.n]) from unnest(v_placed) as t (n)) then
    select array_agg(case when f.result = 'ACCEPTED' and f.staked > v_room then 'POOL_FULL' else f.result end order by f.i),
        array_agg(f.n order by f.i) filter (where f.result = 'ACCEPTED' and f.staked <= v_room),
        array_agg(f.account order by f.i) filter (where f.result = 'ACCEPTED' and f.staked <= v_room)
      into v_results, v_placed, v_debits
      from (select l.*, sum(p_stakes[l.n]) filter (where l.result = 'ACCEPTED') over (order by l.n) as staked
            from unnest(v_positions, v_accounts, v_results) with ordinality as l (n, account, result, i)) f;
  end if;

  if v_placed is not null then
    insert into rounds.bet (round_id, id, user_id, key, stake, accepted_at, side, stripe)
      select p_round, p_ids[t.n], p_users[t.n], p_keys[t.n], p_stakes[t.n], v_now, p_sides[t.n], p_stripe
      from unnest(v_placed) as t (n);
    if v_limited then
      insert into rounds.staked as s (round_id, user_id, stake)
        select p_round, p_users[t.n], p_stakes[t.n] from unnest(v_placed) as t (n)
        on conflict (round_id, user_id) do update set stake = s.stake + excluded.stake;
    end if;
    if v_counted is not null then
      perform protection.count_stakes(array_agg(p_users[t.n]), array_agg(p_stakes[t.n]), v_now)
        from unnest(v_placed) as t (n) where t.n = any (v_counted);
    end if;
    select * into v_stripe from rounds.stripe s where s.round_id = p_round and s.stripe = p_stripe;
    perform ledger.post_new(v_round.period, 20::smallint, array_agg(p_ids[t.n]), v_debits,
        array_agg(case p_sides[t.n] when 'UP' then v_stripe.account_up else v_stripe.account_down end),
        array_agg(p_stakes[t.n]), array_agg(p_actors[t.n]), array_agg(p_requests[t.n]), v_now)
      from unnest(v_placed) as t (n);
    update rounds.stripe s set bets_up = s.bets_up + t.up, bets_down = s.bets_down + t.down
      from (select count(*) filter (where p_sides[u.n] = 'UP') as up, count(*) filter (where p_sides[u.n] = 'DOWN') as down
            from unnest(v_placed) as u (n)) t
      where s.round_id = p_round and s.stripe = p_stripe;
  end if;

  return query select l.n, l.result, p_ids[l.n], p_round, v_now
    from unnest(v_positions, v_results) as l (n, result) where l.result <> 'KEY_USED';
  if cardinality(v_positions) < cardinality(v_all) or cardinality(v_used) > 0 then
    return query select * from rounds.answer_unjudged(p_round, p_previous,
      array(select a.n from unnest(v_all) as a (n) except
            select l.n from unnest(v_positions, v_results) as l (n, result) where l.result <> 'KEY_USED'),
      p_users, p_sides, p_stakes, p_keys, p_named, null);
  end if;
end $$;
--> statement-breakpoint
-- Pays what a chunk owes, unless its row in settlement_chunk says that it was done. Returns how many bets it paid.
create or replace function rounds.pay_chunk(
  p_round rounds.round, p_chunk integer, p_bets uuid[], p_accounts bigint[], p_amounts bigint[], p_actor uuid, p_request uuid
) returns bigint
language plpgsql set search_path = pg_catalog set plan_cache_mode = force_custom_plan as $$
declare
  v_counted bigint[];
begin
  insert into rounds.settlement_chunk (round_id, chunk, bets, done_at)
    values (p_round.id, p_chunk, coalesce(cardinality(p_bets), 0), clock.now())
    on conflict do nothing;
  if not found or p_bets is null then return 0; end if;
  perform ledger.pay_many(p_round.period, case p_round.outcome when 'VOID' then 24 else 23 end::smallint,
    ledger.account_id(p_round.accounts || '/settlement'), p_bets, p_accounts, p_amounts, p_actor, p_request);
  -- after the accounts are taken: whoever counts takes them first
  v_counted := protection.counted_accounts(p_accounts);
  if v_counted is not null then
    perform protection.count_returns(array_agg(t.account), array_agg(b.accepted_at), array_agg(t.amount))
      from unnest(p_bets, p_accounts, p_amounts) as t (id, account, amount)
      cross join lateral (select x.accepted_at from rounds.bet x where x.round_id = p_round.id and x.id = t.id) b
      where t.account = any (v_counted);
  end if;
  return cardinality(p_bets);
end $$;
--> statement-breakpoint
-- Refunds up to `p_limit` bets after the id `p_after` that were taken after the true lock (it moved earlier later).
-- Returns how many it looked at, how many it refunded now, and the last one's id.
create or replace function rounds.refund_past_post(p_round integer, p_after uuid, p_limit integer, p_actor uuid, p_request uuid)
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
  v_users uuid[];
  v_times timestamptz[];
  v_refunded integer;
begin
  select * into v_round from rounds.round r where r.id = p_round and r.state in ('SCHEDULED', 'OPEN', 'LOCKED');
  -- another process may have fixed the outcome meanwhile
  if not found then return; end if;
  select array_agg(p.id), array_agg(case p.side when 'UP' then s.account_up else s.account_down end),
      array_agg(a.id), array_agg(p.stake), array_agg(p.user_id), array_agg(p.accepted_at)
    into v_bets, v_debits, v_credits, v_amounts, v_users, v_times
  from (
    select b.* from rounds.bet b
    where b.round_id = p_round and b.id > p_after and b.accepted_at >= v_round.lock_at
    order by b.id limit p_limit
  ) p
  join rounds.stripe s on s.round_id = p_round and s.stripe = p.stripe
  join ledger.account a on a.owner = p.user_id and a.purpose = 'available';
  if v_bets is null then return; end if;
  v_refunded := ledger.post(v_round.period, 24::smallint, v_bets, v_debits, v_credits, v_amounts,
    array_fill(p_actor, array[cardinality(v_bets)]), array_fill(p_request, array[cardinality(v_bets)]));
  if v_refunded > 0 and protection.counted_accounts(v_credits) is not null then
    -- some may have been refunded before: which, only the books know
    perform protection.recount_returns(v_users, v_times);
  end if;
  return query select cardinality(v_bets), v_refunded,
    (select t.id from unnest(v_bets) as t (id) order by t.id desc limit 1);
end $$;
