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
  v_round rounds.round;
  v_now timestamptz;
  v_refusal text;
  v_limited boolean;
  v_room numeric;
  v_used integer[];
  -- by place in v_positions, as v_accounts and all that follow
  v_suspended integer[];
  v_beyond integer[];
  v_counted integer[];
  v_counters tid[];
  v_positions integer[];
  v_accounts bigint[];
  v_balances bigint[];
  v_results text[];
  v_placed integer[];
  v_debits bigint[];
  v_debit_places tid[];
  v_places tid[];
  v_up bigint;
  v_down bigint;
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
    select l.positions, l.accounts, l.places, l.balances into v_positions, v_accounts, v_places, v_balances
      from ledger.lock_owners(p_users, 'available', p_patience_ms) l;
  end if;
  if v_positions is null then
    return query select * from rounds.answer_unjudged(
      p_round, p_previous, array(select generate_subscripts(p_ids, 1)), p_users, p_sides, p_stakes, p_keys, p_named, v_refusal);
    return;
  end if;

  -- statements of their own, after the locks: until this commits no other transaction bets for these users
  v_used := rounds.used_keys(p_round, p_previous, p_users, p_keys, p_named);
  if exists (select from protection.player x where x.user_id = any (p_users)) then
    -- only those whose accounts are held here: what other transactions do to the rest can't be seen yet
    select j.suspended, j.beyond, j.counted, j.counters into v_suspended, v_beyond, v_counted, v_counters
      from protection.judge_stakes(array(select p_users[t.n] from unnest(v_positions) as t (n)),
        array(select p_stakes[t.n] from unnest(v_positions) as t (n)), v_now) j;
  end if;
  v_limited := v_round.max_stake < 4611686018427387904;
  select array_agg(j.result), array_agg(j.n) filter (where j.result = 'ACCEPTED'),
      array_agg(j.account) filter (where j.result = 'ACCEPTED'), array_agg(j.place) filter (where j.result = 'ACCEPTED')
    into v_results, v_placed, v_debits, v_debit_places
  from (
    select l.n, l.account, l.place,
      case
        when l.n = any (v_used) then 'KEY_USED'
        when l.account = v_accounts[l.i - 1] then 'BUSY'
        when l.i = any (v_suspended) then 'PLAY_SUSPENDED'
        when p_stakes[l.n] < v_round.min_stake then 'BELOW_MINIMUM'
        when v_limited and p_stakes[l.n]::numeric + coalesce((
            select s.stake from rounds.staked s where s.round_id = p_round and s.user_id = p_users[l.n]), 0)
          > v_round.max_stake then 'ABOVE_MAXIMUM'
        when l.i = any (v_beyond) then 'BEYOND_LIMIT'
        when p_stakes[l.n] > l.balance then 'INSUFFICIENT_FUNDS'
        else 'ACCEPTED'
      end as result
    from unnest(v_positions, v_accounts, v_places, v_balances) with ordinality as l (n, account, place, balance, i)
  ) j;

  select 4611686018427387904 - coalesce(sum(a.balance), 0) into v_room
    from rounds.stripe s join ledger.account a on a.id in (s.account_up, s.account_down) where s.round_id = p_round;
  if v_room < (select sum(p_stakes[t.n]) from unnest(v_placed) as t (n)) then
    select array_agg(case when f.result = 'ACCEPTED' and f.staked > v_room then 'POOL_FULL' else f.result end order by f.i),
        array_agg(f.n order by f.i) filter (where f.result = 'ACCEPTED' and f.staked <= v_room),
        array_agg(f.account order by f.i) filter (where f.result = 'ACCEPTED' and f.staked <= v_room),
        array_agg(f.place order by f.i) filter (where f.result = 'ACCEPTED' and f.staked <= v_room)
      into v_results, v_placed, v_debits, v_debit_places
      from (select l.*, sum(p_stakes[l.n]) filter (where l.result = 'ACCEPTED') over (order by l.n) as staked
            from unnest(v_positions, v_accounts, v_places, v_results) with ordinality as l (n, account, place, result, i)) f;
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
      perform protection.count_stakes(array_agg(t.counter), array_agg(p_stakes[v_positions[t.i]]))
        from unnest(v_counted, v_counters) as t (i, counter) where v_results[t.i] = 'ACCEPTED';
    end if;
    update rounds.stripe s set bets_up = s.bets_up + t.up, bets_down = s.bets_down + t.down
      from (select count(*) filter (where p_sides[u.n] = 'UP') as up, count(*) filter (where p_sides[u.n] = 'DOWN') as down
            from unnest(v_placed) as u (n)) t
      where s.round_id = p_round and s.stripe = p_stripe returning s.account_up, s.account_down into v_up, v_down;
    perform ledger.post_new(v_round.period, 20::smallint, array_agg(p_ids[t.n]), v_debits, v_debit_places,
        array_agg(case p_sides[t.n] when 'UP' then v_up else v_down end), array_agg(p_stakes[t.n]),
        array_agg(p_actors[t.n]), array_agg(p_requests[t.n]), v_now)
      from unnest(v_placed) as t (n);
  end if;

  return query select l.n, l.result, p_ids[l.n], p_round, v_now
    from unnest(v_positions, v_results) as l (n, result) where l.result <> 'KEY_USED';
  if cardinality(v_positions) < cardinality(p_ids) or cardinality(v_used) > 0 then
    return query select * from rounds.answer_unjudged(p_round, p_previous,
      array(select generate_subscripts(p_ids, 1) except
            select l.n from unnest(v_positions, v_results) as l (n, result) where l.result <> 'KEY_USED'),
      p_users, p_sides, p_stakes, p_keys, p_named, null);
  end if;
end $$;
