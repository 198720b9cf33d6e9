-- As the ledger's: rows never change, so they are frozen when first visited.
do $$
declare
  v_partition regclass;
begin
  for v_partition in select i.inhrelid from pg_inherits i where i.inhparent = 'rounds.bet'::regclass loop
    execute format('alter table %s set (autovacuum_freeze_min_age = 0)', v_partition);
  end loop;
end $$;
--> statement-breakpoint
create or replace function rounds.ensure_period(p_period integer) returns void
language plpgsql security definer set search_path = pg_catalog set lock_timeout = '2s' as $$
declare
  v_name text := format('bet_%s', p_period);
begin
  perform ledger.ensure_period(p_period);
  if to_regclass('rounds.' || v_name) is not null then return; end if;
  perform pg_advisory_xact_lock(hashtextextended('rounds.ensure_period', 0));
  -- by a query: waiting for an advisory lock does not refresh what to_regclass remembers
  if exists (select from pg_class c where c.oid in (
      select i.inhrelid from pg_inherits i where i.inhparent = 'rounds.bet'::regclass) and c.relname = v_name) then
    return;
  end if;
  execute format('create table rounds.%I (like rounds.bet including defaults including constraints)
    with (autovacuum_freeze_min_age = 0)', v_name);
  execute format('create trigger append_only_truncate before truncate on rounds.%I
    for each statement execute function rounds.refuse_change()', v_name);
  execute format('alter table rounds.bet attach partition rounds.%I for values from (%s) to (%s)',
    v_name, p_period * 10000, p_period * 10000 + 10000);
  execute format('grant select, insert on rounds.%I to closebell_application', v_name);
  execute format('grant select on rounds.%I to closebell_readonly', v_name);
end $$;
--> statement-breakpoint
-- What finished rounds came to, added up as each one finishes: figures that are read every few seconds must not read
-- years of rounds.
create table rounds.finished_total (
  market text not null references rounds.market,
  outcome text not null check (outcome in ('UP', 'DOWN', 'VOID')),
  rounds bigint not null,
  bets_up bigint not null,
  bets_down bigint not null,
  stake_up numeric not null,
  stake_down numeric not null,
  primary key (market, outcome)
);
--> statement-breakpoint
insert into rounds.finished_total (market, outcome, rounds, bets_up, bets_down, stake_up, stake_down)
  select r.market, r.outcome, count(*), coalesce(sum(r.bets_up), 0), coalesce(sum(r.bets_down), 0), sum(r.pool_up), sum(r.pool_down)
  from rounds.round r where r.state in ('SETTLED', 'VOID') group by 1, 2;
--> statement-breakpoint
-- SECURITY DEFINER: nobody but this trigger writes the totals.
create function rounds.add_finished() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into rounds.finished_total as t (market, outcome, rounds, bets_up, bets_down, stake_up, stake_down)
    values (new.market, new.outcome, 1, coalesce(new.bets_up, 0), coalesce(new.bets_down, 0), new.pool_up, new.pool_down)
    on conflict (market, outcome) do update set
      rounds = t.rounds + 1, bets_up = t.bets_up + excluded.bets_up, bets_down = t.bets_down + excluded.bets_down,
      stake_up = t.stake_up + excluded.stake_up, stake_down = t.stake_down + excluded.stake_down;
  return null;
end $$;
--> statement-breakpoint
-- guard_round sees to it that a round finishes once
create trigger add_finished after update of state on rounds.round
  for each row when (old.state = 'SETTLING' and new.state in ('SETTLED', 'VOID'))
  execute function rounds.add_finished();
--> statement-breakpoint
-- What is rare among rounds is listed without reading all the others.
create index round_void on rounds.round (market, code) where state = 'VOID';
--> statement-breakpoint
-- round_code_unique has the same order: a code is the closing date.
drop index rounds.round_newest;
--> statement-breakpoint
revoke all on function rounds.add_finished from public;
--> statement-breakpoint
grant select on rounds.finished_total to closebell_application, closebell_readonly;
