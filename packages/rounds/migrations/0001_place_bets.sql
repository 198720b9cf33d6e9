-- Places a batch of bets on one round, each on its own merits, in one transaction. Results, by position:
--   ACCEPTED | REPLAYED (the key is used, same bet) | KEY_REUSED | ROUND_NOT_OPEN | ROUND_PAUSED | BUSY (its account is
--   locked elsewhere, or it is the user's second bet of this batch: send it again) | USER_NOT_FOUND | BELOW_MINIMUM |
--   ABOVE_MAXIMUM | INSUFFICIENT_FUNDS | POOL_FULL
-- A bet that names no round (p_named false) also finds its key in the round before.
create function rounds.place_bets(
  p_round integer, p_previous integer, p_stripe smallint, p_ids uuid[], p_users uuid[], p_sides rounds.side[],
  p_stakes bigint[], p_keys uuid[], p_named boolean[], p_actors uuid[], p_requests uuid[]
) returns table (n integer, result text, bet_id uuid, bet_round integer, accepted_at timestamptz)
language plpgsql set search_path = pg_catalog as $$
#variable_conflict use_column
declare
  v_round rounds.round;
  v_stripe rounds.stripe;
  v_now timestamptz;
  v_open boolean;
  v_pools numeric := 0;
  v_accounts bigint[];
  v_owners uuid[];
  v_balances bigint[];
  v_numbers integer[];
  v_results text[];
  v_bets uuid[];
  v_bet_rounds integer[];
  v_accepted timestamptz[];
begin
  perform rounds.fence_shared(p_round);
  -- a statement of its own: clock and round as they are once the fence is held
  select * into v_round from rounds.round r where r.id = p_round;
  v_now := clock.now();
  v_open := v_round.id is not null and v_round.state in ('SCHEDULED', 'OPEN')
    and v_round.opens_at <= v_now and v_now < v_round.lock_at;
  if v_open and not v_round.paused then
    select array_agg(l.id), array_agg(l.owner), array_agg(l.balance) into v_accounts, v_owners, v_balances
      from ledger.lock_free_accounts(p_users, 'available') l;
    select * into v_stripe from rounds.stripe s where s.round_id = p_round and s.stripe = p_stripe;
    select coalesce(sum(a.balance), 0) into v_pools
      from rounds.stripe s join ledger.account a on a.id in (s.account_up, s.account_down) where s.round_id = p_round;
  end if;

  with asked as (
    select t.*, row_number() over (partition by t.user_id order by t.n) as nth
    from unnest(p_ids, p_users, p_sides, p_stakes, p_keys, p_named) with ordinality
      as t (id, user_id, side, stake, key, named, n)
  ), judged as (
    select a.n, a.id, a.stake, o.account,
      case
        when b.id is not null then
          case when (b.side, b.stake) = (a.side, a.stake) then 'REPLAYED' else 'KEY_REUSED' end
        when not v_open then 'ROUND_NOT_OPEN'
        when v_round.paused then 'ROUND_PAUSED'
        when a.nth > 1 then 'BUSY'
        when o.account is null then
          case when exists (select from ledger.account x where x.owner = a.user_id and x.purpose = 'available')
            then 'BUSY' else 'USER_NOT_FOUND' end
        when a.stake < v_round.min_stake then 'BELOW_MINIMUM'
        when a.stake + (select coalesce(sum(x.stake), 0) from rounds.bet x
            where x.user_id = a.user_id and x.round_id = p_round) > v_round.max_stake then 'ABOVE_MAXIMUM'
        when a.stake > o.balance then 'INSUFFICIENT_FUNDS'
        else 'ACCEPTED'
      end as result,
      b.id as bet_id, b.round_id as bet_round, b.accepted_at
    from asked a
    left join unnest(v_accounts, v_owners, v_balances) as o (account, owner, balance) on o.owner = a.user_id
    left join lateral (
      select x.* from rounds.bet x
      where x.user_id = a.user_id and x.key = a.key
        and (x.round_id = p_round or (x.round_id = p_previous and not a.named))
      order by x.round_id desc limit 1) b on true
  ), capped as (
    select j.*, case when j.result = 'ACCEPTED' and v_pools
        + sum(j.stake) filter (where j.result = 'ACCEPTED') over (order by j.n) > 4611686018427387904
      then 'POOL_FULL' else j.result end as final
    from judged j
  )
  select array_agg(c.n::integer order by c.n), array_agg(c.final order by c.n),
    array_agg(case c.final when 'ACCEPTED' then c.id else c.bet_id end order by c.n),
    array_agg(case c.final when 'ACCEPTED' then p_round else c.bet_round end order by c.n),
    array_agg(case c.final when 'ACCEPTED' then v_now else c.accepted_at end order by c.n),
    array_agg(c.account order by c.n)
  into v_numbers, v_results, v_bets, v_bet_rounds, v_accepted, v_accounts
  from capped c;

  if 'ACCEPTED' = any (v_results) then
    insert into rounds.bet (round_id, id, user_id, key, stake, accepted_at, side, stripe)
      select p_round, t.id, t.user_id, t.key, t.stake, v_now, t.side, p_stripe
      from unnest(p_ids, p_users, p_keys, p_stakes, p_sides, v_results) as t (id, user_id, key, stake, side, result)
      where t.result = 'ACCEPTED';
    perform ledger.post(v_round.period, 20::smallint, array_agg(t.id), array_agg(t.account),
        array_agg(case t.side when 'UP' then v_stripe.account_up else v_stripe.account_down end),
        array_agg(t.stake), array_agg(t.actor), array_agg(t.request))
      from unnest(p_ids, v_accounts, p_sides, p_stakes, p_actors, p_requests, v_results)
        as t (id, account, side, stake, actor, request, result)
      where t.result = 'ACCEPTED';
    update rounds.stripe s set bets_up = s.bets_up + t.up, bets_down = s.bets_down + t.down
      from (select count(*) filter (where u.side = 'UP') as up, count(*) filter (where u.side = 'DOWN') as down
            from unnest(p_sides, v_results) as u (side, result) where u.result = 'ACCEPTED') t
      where s.round_id = p_round and s.stripe = p_stripe;
  end if;
  return query select * from unnest(v_numbers, v_results, v_bets, v_bet_rounds, v_accepted);
end $$;
--> statement-breakpoint
revoke all on function rounds.place_bets from public;
--> statement-breakpoint
grant execute on function rounds.place_bets to closebell_application;
