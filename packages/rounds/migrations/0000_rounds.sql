create schema rounds;
--> statement-breakpoint
grant usage on schema rounds to closebell_application, closebell_readonly;
--> statement-breakpoint
create type rounds.side as enum ('UP', 'DOWN');
--> statement-breakpoint
create table rounds.market (
  code text primary key check (code ~ '^[A-Z][A-Z0-9]{0,11}$'),
  number smallint not null unique check (number between 1 and 99),
  name text not null check (name <> ''),
  symbol text not null check (symbol <> ''),
  exchange text not null,
  timezone text not null,
  fee_bps integer not null check (fee_bps between 0 and 10000),
  min_stake bigint not null check (min_stake >= 1),
  max_stake bigint not null,
  lock_offset_seconds integer not null check (lock_offset_seconds between 0 and 3600),
  fetch_delay_minutes integer not null check (fetch_delay_minutes between 0 and 600),
  grace_minutes integer not null check (grace_minutes between 0 and 1440),
  guard_bps integer not null check (guard_bps > 0),
  on_grace_end text not null check (on_grace_end in ('void', 'hold')),
  sources text[] not null check (cardinality(sources) >= 1),
  source_rule text not null check (source_rule in ('first', 'all-agree')),
  rules_version integer not null default 1,
  created_at timestamptz not null,
  check (max_stake >= min_stake)
);
--> statement-breakpoint
-- Laid over the calendar's data: a session that was cancelled, or closes early, after the data was published.
create table rounds.calendar_exception (
  exchange text not null,
  date date not null,
  kind text not null check (kind in ('closed', 'early')),
  closes_at text check (closes_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  source text not null check (source <> ''),
  actor uuid not null,
  created_at timestamptz not null,
  primary key (exchange, date),
  check ((kind = 'early') = (closes_at is not null))
);
--> statement-breakpoint
create table rounds.round (
  -- closing date and market in one number (YYYYMMDD, then the market's two digits): bets are partitioned by it
  id integer primary key,
  market text not null references rounds.market,
  code text not null check (code ~ '^[0-9]{8}$'),
  -- prefix of the codes of its accounts
  accounts text not null generated always as ('round/' || lower(market) || '-' || code) stored unique,
  period integer not null generated always as (id / 10000) stored,
  closing_date date not null,
  previous_date date not null,
  state text not null default 'SCHEDULED'
    check (state in ('SCHEDULED', 'OPEN', 'LOCKED', 'SETTLING', 'SETTLED', 'VOID')),
  paused boolean not null default false,
  held_reason text check (held_reason in ('GUARD', 'GRACE_ENDED', 'OPERATOR')),
  opens_at timestamptz not null,
  lock_at timestamptz not null,
  close_at timestamptz not null,
  settles_from timestamptz not null,
  grace_ends_at timestamptz not null,
  symbol text not null,
  fee_bps integer not null check (fee_bps between 0 and 10000),
  min_stake bigint not null check (min_stake >= 1),
  max_stake bigint not null,
  guard_bps integer not null,
  on_grace_end text not null check (on_grace_end in ('void', 'hold')),
  sources text[] not null,
  source_rule text not null check (source_rule in ('first', 'all-agree')),
  rules_version integer not null,
  outcome text check (outcome in ('UP', 'DOWN', 'VOID')),
  void_reason text check (void_reason in ('CANCELLED_SESSION', 'ORACLE_TIMEOUT', 'NO_WINNERS', 'OPERATOR')),
  previous_close numeric check (previous_close > 0),
  close numeric check (close > 0),
  evidence jsonb,
  pool_up bigint check (pool_up >= 0),
  pool_down bigint check (pool_down >= 0),
  fee bigint check (fee >= 0),
  bets_up bigint,
  bets_down bigint,
  cut_remainder numeric,
  cut_bet uuid,
  -- the last bet id of each chunk but the last one
  chunk_bounds uuid[],
  locked_at timestamptz,
  settling_at timestamptz,
  finished_at timestamptz,
  constraint round_code_unique unique (market, code),
  constraint round_id_from_code check (id / 100 = code::integer),
  constraint round_times_in_order check (
    previous_date < closing_date and opens_at <= lock_at and lock_at <= close_at and close_at <= settles_from
    and settles_from <= grace_ends_at),
  constraint round_outcome_from_settling check (
    (state in ('SETTLING', 'SETTLED', 'VOID'))
      = (outcome is not null and pool_up is not null and pool_down is not null and fee is not null
         and chunk_bounds is not null and settling_at is not null)),
  constraint round_void_has_reason check ((outcome is not distinct from 'VOID') = (void_reason is not null)),
  constraint round_void_costs_nothing check (outcome is distinct from 'VOID' or fee = 0),
  constraint round_end_fits_outcome check (
    (state = 'SETTLED') <= (outcome in ('UP', 'DOWN')) and (state = 'VOID') <= (outcome = 'VOID')),
  constraint round_cut_is_whole check ((cut_remainder is null) = (cut_bet is null))
) with (fillfactor = 70);
--> statement-breakpoint
create index round_unfinished on rounds.round (market, lock_at) where state not in ('SETTLED', 'VOID');
--> statement-breakpoint
create index round_newest on rounds.round (market, closing_date desc);
--> statement-breakpoint
-- What may change in a round, and when.
create function rounds.guard_round() returns trigger
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
    new.bets_up, new.bets_down, new.cut_remainder, new.cut_bet, new.chunk_bounds, new.lock_at, new.opens_at
  ) is distinct from (
    old.outcome, old.void_reason, old.previous_close, old.close, old.evidence, old.pool_up, old.pool_down, old.fee,
    old.bets_up, old.bets_down, old.cut_remainder, old.cut_bet, old.chunk_bounds, old.lock_at, old.opens_at
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
create trigger guard before update or delete on rounds.round for each row execute function rounds.guard_round();
--> statement-breakpoint
-- A round's pool is several rows a side, so that batches of bets don't wait for each other.
create table rounds.stripe (
  round_id integer not null references rounds.round,
  stripe smallint not null,
  account_up bigint not null,
  account_down bigint not null,
  bets_up bigint not null default 0,
  bets_down bigint not null default 0,
  primary key (round_id, stripe)
) with (fillfactor = 50);
--> statement-breakpoint
-- No foreign key to the round: its row lock would be shared by every bet. place_bets holds the round's fence instead.
create table rounds.bet (
  round_id integer not null,
  id uuid not null,
  user_id uuid not null,
  -- the idempotency key, as a name-based UUID
  key uuid not null,
  stake bigint not null constraint bet_stake_positive check (stake > 0),
  accepted_at timestamptz not null,
  side rounds.side not null,
  stripe smallint not null,
  primary key (round_id, id),
  constraint bet_key_once unique (user_id, round_id, key)
) partition by range (round_id);
--> statement-breakpoint
create function rounds.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
  raise exception '% on %.% is refused: it is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger append_only before update or delete on rounds.bet
  for each row execute function rounds.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on rounds.bet
  for each statement execute function rounds.refuse_change();
--> statement-breakpoint
create table rounds.settlement_chunk (
  round_id integer not null references rounds.round,
  chunk integer not null,
  bets bigint not null,
  done_at timestamptz not null,
  primary key (round_id, chunk)
);
--> statement-breakpoint
create trigger append_only before update or delete on rounds.settlement_chunk
  for each row execute function rounds.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on rounds.settlement_chunk
  for each statement execute function rounds.refuse_change();
--> statement-breakpoint
-- Every time a source was asked for a round's prices, and what came of it.
create table rounds.oracle_attempt (
  id bigint generated always as identity primary key,
  round_id integer not null references rounds.round,
  source text not null,
  began_at timestamptz not null,
  ended_at timestamptz not null,
  -- the host's time, only to pace attempts where the clock is a sandbox's
  recorded_at timestamptz not null default clock_timestamp(),
  failure text,
  detail text not null,
  close text,
  previous_close text,
  answers jsonb not null
);
--> statement-breakpoint
create index oracle_attempt_of_round on rounds.oracle_attempt (round_id, id);
--> statement-breakpoint
create trigger append_only before update or delete on rounds.oracle_attempt
  for each row execute function rounds.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on rounds.oracle_attempt
  for each statement execute function rounds.refuse_change();
--> statement-breakpoint
select ledger.register_kind(20::smallint, 'bet');
--> statement-breakpoint
select ledger.register_kind(21::smallint, 'pool');
--> statement-breakpoint
select ledger.register_kind(22::smallint, 'fee');
--> statement-breakpoint
select ledger.register_kind(23::smallint, 'payout');
--> statement-breakpoint
select ledger.register_kind(24::smallint, 'refund');
--> statement-breakpoint
-- Makes the partition that holds the bets of rounds closing in a month (YYYYMM), and the ledger's.
create function rounds.ensure_period(p_period integer) returns void
language plpgsql security definer set search_path = pg_catalog as $$
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
  execute format('create table rounds.%I (like rounds.bet including defaults including constraints)', v_name);
  execute format('create trigger append_only_truncate before truncate on rounds.%I
    for each statement execute function rounds.refuse_change()', v_name);
  execute format('alter table rounds.bet attach partition rounds.%I for values from (%s) to (%s)',
    v_name, p_period * 10000, p_period * 10000 + 10000);
  execute format('grant select, insert on rounds.%I to closebell_application', v_name);
  execute format('grant select on rounds.%I to closebell_readonly', v_name);
end $$;
--> statement-breakpoint
-- The fence of a round: shared by every batch of bets, exclusive to leave OPEN, to pause or to move the lock.
create function rounds.fence_shared(p_round integer) returns void
language sql set search_path = pg_catalog as $$ select pg_advisory_xact_lock_shared(20501, p_round) $$;
--> statement-breakpoint
create function rounds.fence(p_round integer) returns void
language sql set search_path = pg_catalog as $$ select pg_advisory_xact_lock(20501, p_round) $$;
--> statement-breakpoint
-- The state a round is in at an instant, whether or not a scheduler has written it yet.
create function rounds.state_at(p_state text, p_opens_at timestamptz, p_lock_at timestamptz, p_now timestamptz) returns text
language sql immutable as $$
  select case
    when p_state in ('SCHEDULED', 'OPEN') and p_now >= p_lock_at then 'LOCKED'
    when p_state = 'SCHEDULED' and p_now >= p_opens_at then 'OPEN'
    else p_state end;
$$;
--> statement-breakpoint
-- What a winning bet is paid: its stake, its share of what the losing side left, and one unit more for those up to
-- the cut (largest remainder; among equal remainders the lower bet id).
create function rounds.payout(
  p_stake bigint, p_bet uuid, p_winning_pool bigint, p_distributable bigint, p_cut_remainder numeric, p_cut_bet uuid
) returns bigint
language sql immutable as $$
  select p_stake + div(p_stake::numeric * p_distributable, p_winning_pool::numeric)::bigint
    + case
        when p_cut_bet is null then 0
        when mod(p_stake::numeric * p_distributable, p_winning_pool::numeric) > p_cut_remainder then 1
        when mod(p_stake::numeric * p_distributable, p_winning_pool::numeric) = p_cut_remainder and p_bet <= p_cut_bet then 1
        else 0 end;
$$;
--> statement-breakpoint
revoke all on all functions in schema rounds from public;
--> statement-breakpoint
grant execute on function
  rounds.ensure_period, rounds.fence_shared, rounds.fence, rounds.state_at, rounds.payout
  to closebell_application;
--> statement-breakpoint
grant execute on function rounds.state_at, rounds.payout to closebell_readonly;
--> statement-breakpoint
grant select on all tables in schema rounds to closebell_application, closebell_readonly;
--> statement-breakpoint
grant insert, update on rounds.market, rounds.calendar_exception, rounds.round, rounds.stripe to closebell_application;
--> statement-breakpoint
grant insert on rounds.bet, rounds.settlement_chunk, rounds.oracle_attempt to closebell_application;
