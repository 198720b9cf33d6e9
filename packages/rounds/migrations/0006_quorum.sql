-- A source as a market lists it: the oracle's name, and the symbol to ask it for where that is not the market's own.
create function rounds.are_sources(p_sources text[]) returns boolean
language sql immutable set search_path = pg_catalog as $$
  select count(*) = count(distinct split_part(entry, ':', 1))
    and coalesce(bool_and(entry ~ '^[a-z][a-z0-9-]{0,31}(:[^[:space:],]{1,64})?$'), true)
  from unnest(p_sources) as t (entry);
$$;
--> statement-breakpoint
alter table rounds.market
  drop constraint market_source_rule_check,
  add constraint market_source_rule_check check (source_rule in ('first', 'all-agree', 'median')),
  -- how far apart, in basis points of the first one's, closes may be that agree
  add column tolerance_bps integer not null default 0 check (tolerance_bps between 0 and 1000),
  -- asked again once a round is settled, never to settle one
  add column audit_sources text[] not null default '{}',
  add constraint market_sources_are_sources
    check (rounds.are_sources(sources) and rounds.are_sources(audit_sources) and cardinality(sources || audit_sources) <= 20);
--> statement-breakpoint
alter table rounds.round
  drop constraint round_source_rule_check,
  add constraint round_source_rule_check check (source_rule in ('first', 'all-agree', 'median')),
  add column tolerance_bps integer not null default 0,
  -- whose closes decided
  add column price_source text,
  add constraint round_prices_have_source check (price_source is null or (close is not null and previous_close is not null));
--> statement-breakpoint
update rounds.round set price_source = evidence -> 0 ->> 'source' where close is not null and previous_close is not null;
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
    new.outcome, new.void_reason, new.previous_close, new.close, new.price_source, new.evidence, new.pool_up, new.pool_down, new.fee,
    new.bets_up, new.bets_down, new.cut_remainder, new.cut_bet, new.chunk_bounds, new.chunks, new.lock_at, new.opens_at
  ) is distinct from (
    old.outcome, old.void_reason, old.previous_close, old.close, old.price_source, old.evidence, old.pool_up, old.pool_down, old.fee,
    old.bets_up, old.bets_down, old.cut_remainder, old.cut_bet, old.chunk_bounds, old.chunks, old.lock_at, old.opens_at
  ) then
    raise exception 'an outcome is fixed once a round is settling' using errcode = 'check_violation', constraint = 'round_outcome_fixed';
  end if;
  if (new.id, new.market, new.code, new.closing_date, new.symbol, new.fee_bps, new.min_stake, new.max_stake, new.guard_bps,
      new.on_grace_end, new.sources, new.source_rule, new.tolerance_bps, new.rules_version)
    is distinct from
     (old.id, old.market, old.code, old.closing_date, old.symbol, old.fee_bps, old.min_stake, old.max_stake, old.guard_bps,
      old.on_grace_end, old.sources, old.source_rule, old.tolerance_bps, old.rules_version) then
    raise exception 'the rules of a round are frozen when it is scheduled' using errcode = 'check_violation', constraint = 'round_rules_frozen';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- What sources say of a round's closes after it was settled, beside what they had said. It changes nothing: a difference
-- is for people.
create table rounds.close_check (
  id bigint generated always as identity primary key,
  round_id integer not null references rounds.round,
  -- reread: the source was asked again; next-previous: what the next round was told of this round's close
  kind text not null check (kind in ('reread', 'next-previous')),
  source text not null,
  began_at timestamptz not null,
  ended_at timestamptz not null,
  -- the host's time, only to pace attempts where the clock is a sandbox's
  recorded_at timestamptz not null default clock_timestamp(),
  -- null: it answered
  failure text,
  detail text not null,
  stored_previous_close text,
  stored_close text,
  previous_close text,
  close text,
  differs boolean not null,
  -- the round would have come out otherwise
  changes_outcome boolean not null,
  answers jsonb not null,
  constraint close_check_difference_is_answered check (not differs or failure is null),
  constraint close_check_change_is_difference check (not changes_outcome or differs)
);
--> statement-breakpoint
create index close_check_of_round on rounds.close_check (round_id, id);
--> statement-breakpoint
create index close_check_differing on rounds.close_check (ended_at) where differs;
--> statement-breakpoint
create trigger append_only before update or delete on rounds.close_check
  for each row execute function rounds.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on rounds.close_check
  for each statement execute function rounds.refuse_change();
--> statement-breakpoint
revoke all on function rounds.are_sources from public;
--> statement-breakpoint
grant execute on function rounds.are_sources to closebell_application;
--> statement-breakpoint
grant select on rounds.close_check to closebell_application, closebell_readonly;
--> statement-breakpoint
grant insert on rounds.close_check to closebell_application;
