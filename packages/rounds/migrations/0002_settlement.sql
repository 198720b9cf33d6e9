-- The (remainder, bet id) of the last extra unit when `p_distributable` is shared among the round's bets on one side
-- in proportion to their stakes; no row when nothing is left over.
create function rounds.cut(p_round integer, p_side rounds.side, p_lock_at timestamptz, p_winning_pool bigint, p_distributable bigint)
returns table (remainder numeric, bet uuid)
language plpgsql stable set search_path = pg_catalog as $$
declare
  v_extra bigint;
begin
  select div(coalesce(sum(mod(b.stake::numeric * p_distributable, p_winning_pool::numeric)), 0), p_winning_pool::numeric)
    into v_extra
    from rounds.bet b where b.round_id = p_round and b.side = p_side and b.accepted_at < p_lock_at;
  if v_extra = 0 then return; end if;
  return query
    select mod(b.stake::numeric * p_distributable, p_winning_pool::numeric), b.id
    from rounds.bet b where b.round_id = p_round and b.side = p_side and b.accepted_at < p_lock_at
    order by 1 desc, 2 offset v_extra - 1 limit 1;
end $$;
--> statement-breakpoint
-- The last bet id of every full chunk of `p_size` bets.
create function rounds.chunk_bounds(p_round integer, p_size integer) returns uuid[]
language sql stable set search_path = pg_catalog as $$
  select coalesce(array_agg(t.id order by t.id), '{}')
  from (select b.id, row_number() over (order by b.id) as n from rounds.bet b where b.round_id = p_round) t
  where t.n % p_size = 0;
$$;
--> statement-breakpoint
-- Pays or refunds the bets of one chunk of a settling round. Its row in settlement_chunk makes it happen once.
create function rounds.settle_chunk(p_round integer, p_chunk integer, p_actor uuid, p_request uuid)
returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
  v_round rounds.round;
  v_after uuid;
  v_to uuid;
  v_settlement bigint;
  v_bets uuid[];
  v_accounts bigint[];
  v_amounts bigint[];
begin
  select * into strict v_round from rounds.round r where r.id = p_round and r.state = 'SETTLING';
  v_after := case when p_chunk = 0 then '00000000-0000-0000-0000-000000000000'::uuid else v_round.chunk_bounds[p_chunk] end;
  v_to := coalesce(v_round.chunk_bounds[p_chunk + 1], 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid);
  insert into rounds.settlement_chunk (round_id, chunk, bets, done_at)
    select p_round, p_chunk, count(*), clock.now() from rounds.bet b
    where b.round_id = p_round and b.id > v_after and b.id <= v_to
    on conflict do nothing;
  if not found then return 0; end if;

  select array_agg(p.id), array_agg(a.id), array_agg(p.amount) into v_bets, v_accounts, v_amounts
  from (
    select b.id, b.user_id,
      case v_round.outcome when 'VOID' then b.stake
        else rounds.payout(b.stake, b.id,
          case v_round.outcome when 'UP' then v_round.pool_up else v_round.pool_down end,
          case v_round.outcome when 'UP' then v_round.pool_down else v_round.pool_up end - v_round.fee,
          v_round.cut_remainder, v_round.cut_bet) end as amount
    from rounds.bet b
    where b.round_id = p_round and b.id > v_after and b.id <= v_to and b.accepted_at < v_round.lock_at
      and (v_round.outcome = 'VOID' or b.side::text = v_round.outcome)
  ) p
  join ledger.account a on a.owner = p.user_id and a.purpose = 'available';
  if v_bets is null then return 0; end if;

  v_settlement := ledger.account_id(v_round.accounts || '/settlement');
  perform ledger.post(v_round.period, case v_round.outcome when 'VOID' then 24 else 23 end::smallint, v_bets,
    array_fill(v_settlement, array[cardinality(v_bets)]), v_accounts, v_amounts,
    array_fill(p_actor, array[cardinality(v_bets)]), array_fill(p_request, array[cardinality(v_bets)]));
  return cardinality(v_bets);
end $$;
--> statement-breakpoint
-- Refunds up to `p_limit` bets that were taken after the true lock (it moved earlier later). Returns how many it was.
create function rounds.refund_past_post(p_round integer, p_limit integer, p_actor uuid, p_request uuid)
returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
  v_round rounds.round;
  v_bets uuid[];
  v_debits bigint[];
  v_credits bigint[];
  v_amounts bigint[];
begin
  select * into strict v_round from rounds.round r where r.id = p_round and r.state in ('SCHEDULED', 'OPEN', 'LOCKED');
  select array_agg(p.id), array_agg(case p.side when 'UP' then p.account_up else p.account_down end),
      array_agg(p.account), array_agg(p.stake)
    into v_bets, v_debits, v_credits, v_amounts
  from (
    select b.id, b.side, b.stake, s.account_up, s.account_down, a.id as account
    from rounds.bet b
    join rounds.stripe s on s.round_id = b.round_id and s.stripe = b.stripe
    join ledger.account a on a.owner = b.user_id and a.purpose = 'available'
    where b.round_id = p_round and b.accepted_at >= v_round.lock_at
      and not exists (select from ledger.transfer x where x.period = v_round.period and x.kind = 24 and x.ref = b.id)
    order by b.id limit p_limit
  ) p;
  if v_bets is null then return 0; end if;
  perform ledger.post(v_round.period, 24::smallint, v_bets, v_debits, v_credits, v_amounts,
    array_fill(p_actor, array[cardinality(v_bets)]), array_fill(p_request, array[cardinality(v_bets)]));
  return cardinality(v_bets);
end $$;
--> statement-breakpoint
revoke all on function rounds.cut, rounds.chunk_bounds, rounds.settle_chunk, rounds.refund_past_post from public;
--> statement-breakpoint
grant execute on function rounds.cut, rounds.chunk_bounds, rounds.settle_chunk, rounds.refund_past_post
  to closebell_application;
