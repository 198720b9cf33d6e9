create schema protection;
--> statement-breakpoint
grant usage on schema protection to closebell_application, closebell_readonly;
--> statement-breakpoint
-- Which transfers are what, told by the rooms that post them. A return has the reference and the period of its stake.
create table protection.counted_kind (
  kind smallint primary key references ledger.transfer_kind,
  counts text not null constraint counted_kind_known
    check (counts in ('deposit', 'held-deposit', 'held-use', 'withdrawal', 'stake', 'return'))
);
--> statement-breakpoint
create function protection.count_kind(p_kind smallint, p_counts text) returns void
language sql set search_path = pg_catalog as $$
  insert into protection.counted_kind (kind, counts) values (p_kind, p_counts);
$$;
--> statement-breakpoint
-- Users who ever set a limit or were restricted: all that a batch of bets asks about everybody else is that they are not here.
create table protection.player (
  user_id uuid primary key references identity.user,
  -- his available account
  account bigint not null constraint player_account_unique unique,
  -- the first day whose counters are whole; null: he never set a limit
  counted_from date
);
--> statement-breakpoint
-- What a user who set a limit paid in and staked on a day (UTC), and what came back for the stakes of that day, whenever it
-- did. Weeks and months are sums of days. Whoever writes it holds the user's available account.
create table protection.day (
  user_id uuid not null references protection.player,
  day date not null,
  deposited numeric not null default 0,
  staked numeric not null default 0,
  returned numeric not null default 0,
  primary key (user_id, day)
) with (fillfactor = 70);
--> statement-breakpoint
create table protection.spending_limit (
  user_id uuid not null references protection.player,
  kind text not null constraint spending_limit_kind_known check (kind in ('deposit', 'stake', 'loss')),
  period text not null constraint spending_limit_period_known check (period in ('day', 'week', 'month')),
  -- null: none
  amount bigint constraint spending_limit_from_zero check (amount >= 0),
  next_amount bigint,
  next_from timestamptz,
  primary key (user_id, kind, period),
  -- what is yet to come is looser: whatever is tighter counts at once
  constraint spending_limit_next_is_looser check (
    case when next_from is null then next_amount is null else amount is not null and coalesce(next_amount > amount, true) end)
);
--> statement-breakpoint
create table protection.restriction (
  id uuid primary key,
  user_id uuid not null references protection.player,
  kind text not null constraint restriction_kind_known check (kind in ('time-out', 'self-exclusion', 'block', 'screening')),
  begins_at timestamptz not null,
  -- null: for good, or until it is lifted
  ends_at timestamptz,
  reason text not null,
  placed_by uuid not null,
  lifted_at timestamptz,
  lifted_by uuid,
  constraint restriction_time_out_length check (kind <> 'time-out'
    or (ends_at is not null and ends_at - begins_at between interval '24 hours' and interval '42 days')),
  constraint restriction_exclusion_length check (kind <> 'self-exclusion' or ends_at is null
    or ends_at at time zone 'UTC' >= begins_at at time zone 'UTC' + interval '6 months'),
  -- what a player imposed on himself nobody lifts
  constraint restriction_own_stands check (lifted_at is null or kind in ('block', 'screening')),
  constraint restriction_lifted_by_somebody check ((lifted_at is null) = (lifted_by is null))
);
--> statement-breakpoint
create index restriction_standing on protection.restriction (user_id) where lifted_at is null;
--> statement-breakpoint
create unique index restriction_standing_once on protection.restriction (user_id, kind)
  where lifted_at is null and kind in ('block', 'screening');
--> statement-breakpoint
-- What was done to protect a user, as he may read it himself.
create table protection.change (
  id bigint generated always as identity primary key,
  user_id uuid not null references protection.player,
  at timestamptz not null,
  what text not null constraint change_known check (what in ('limit', 'time-out', 'self-exclusion', 'block', 'block-lifted', 'screening', 'screening-lifted')),
  content jsonb not null,
  actor uuid not null
);
--> statement-breakpoint
create index change_of_user on protection.change (user_id, id);
--> statement-breakpoint
create table protection.screening (
  id bigint generated always as identity primary key,
  user_id uuid not null references identity.user,
  at timestamptz not null,
  provider text not null constraint screening_by_somebody check (provider <> ''),
  -- null: passed
  refused_for text constraint screening_refusal_known check (refused_for in ('age', 'country', 'sanctions', 'identity')),
  valid_until timestamptz
);
--> statement-breakpoint
create index screening_of_user on protection.screening (user_id, id);
--> statement-breakpoint
create function protection.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% on %.% is refused: how a player was protected stays on record', tg_op, tg_table_schema, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger append_only before update or delete on protection.change
  for each row execute function protection.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on protection.change
  for each statement execute function protection.refuse_change();
--> statement-breakpoint
create trigger append_only before update or delete on protection.screening
  for each row execute function protection.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on protection.screening
  for each statement execute function protection.refuse_change();
--> statement-breakpoint
create trigger permanent before delete on protection.restriction
  for each row execute function protection.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on protection.restriction
  for each statement execute function protection.refuse_change();
--> statement-breakpoint
create function protection.guard_restriction() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.lifted_at is not null
    or (new.id, new.user_id, new.kind, new.begins_at, new.ends_at, new.reason, new.placed_by)
      is distinct from (old.id, old.user_id, old.kind, old.begins_at, old.ends_at, old.reason, old.placed_by) then
    raise exception 'a restriction is lifted, once, or stays as it is'
      using errcode = 'check_violation', constraint = 'restriction_fixed';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger guard before update on protection.restriction
  for each row execute function protection.guard_restriction();
--> statement-breakpoint
-- Takes the user's available account, as every bet, payout and deposit of his does: what is decided under it counts for all
-- that come later, and has seen all that came before. Its id.
create function protection.lock_account(p_user uuid) returns bigint
language plpgsql set search_path = pg_catalog as $$
declare
  v_account bigint;
begin
  select l.accounts[1] into v_account from ledger.lock_owners(array[p_user], 'available', 10000) l;
  if v_account is null then
    raise exception 'user % has no account', p_user
      using errcode = 'foreign_key_violation', constraint = 'player_has_account';
  end if;
  return v_account;
end $$;
--> statement-breakpoint
-- What the books say a user paid in and staked on each day from `p_from` on, and what came back for the stakes of each.
create function protection.recount(p_user uuid, p_from date)
returns table (day date, deposited numeric, staked numeric, returned numeric)
language plpgsql stable security definer set search_path = pg_catalog set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  v_account bigint := (select a.id from ledger.account a where a.owner = p_user and a.purpose = 'available');
  v_since timestamptz := p_from::timestamp at time zone 'UTC';
  -- a stake is posted no later than the month it is for, and no more than a month before
  v_period integer := to_char(p_from - interval '1 month', 'YYYYMM');
begin
  return query
    with stakes as (
      select x.period, x.ref, x.amount, (x.posted_at at time zone 'UTC')::date as day
      from ledger.transfer x
      where x.debit = v_account and x.period >= v_period and x.posted_at >= v_since
        and x.kind in (select k.kind from protection.counted_kind k where k.counts = 'stake')
    ), counted as (
      select s.day, 0::numeric as deposited, s.amount as staked, 0::numeric as returned from stakes s
      union all
      select s.day, 0, 0, x.amount
      from ledger.transfer x join stakes s on s.period = x.period and s.ref = x.ref
      where x.credit = v_account and x.period >= v_period
        and x.kind in (select k.kind from protection.counted_kind k where k.counts = 'return')
      union all
      select (x.posted_at at time zone 'UTC')::date, x.amount, 0, 0
      from ledger.transfer x
      where x.credit = v_account and x.posted_at >= v_since
        and x.kind in (select k.kind from protection.counted_kind k where k.counts in ('deposit', 'held-use'))
    )
    select c.day, sum(c.deposited), sum(c.staked), sum(c.returned) from counted c group by c.day;
end $$;
--> statement-breakpoint
-- Makes the user one that batches look at; with p_counting his counters begin, with what the books know of the periods that
-- are running. The caller holds his account.
create function protection.enrol(p_user uuid, p_account bigint, p_at timestamptz, p_counting boolean) returns void
language plpgsql set search_path = pg_catalog as $$
declare
  v_from date := least(date_trunc('week', p_at at time zone 'UTC'), date_trunc('month', p_at at time zone 'UTC'))::date;
begin
  insert into protection.player (user_id, account) values (p_user, p_account) on conflict do nothing;
  if not p_counting then return; end if;
  update protection.player p set counted_from = v_from where p.user_id = p_user and p.counted_from is null;
  if not found then return; end if;
  insert into protection.day (user_id, day, deposited, staked, returned)
    select p_user, r.day, r.deposited, r.staked, r.returned from protection.recount(p_user, v_from) r;
end $$;
--> statement-breakpoint
create function protection.note(p_user uuid, p_at timestamptz, p_what text, p_content jsonb, p_actor uuid) returns void
language sql set search_path = pg_catalog as $$
  insert into protection.change (user_id, at, what, content, actor) values (p_user, p_at, p_what, p_content, p_actor);
$$;
--> statement-breakpoint
-- Sets a limit (null: none): a tighter one at once, a looser one 24 hours from now, in place of any other that is yet to
-- come. Returns from when on it counts; null where it would change nothing.
create function protection.set_limit(p_user uuid, p_kind text, p_period text, p_amount bigint, p_actor uuid) returns timestamptz
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_account bigint := protection.lock_account(p_user);
  v_now timestamptz := clock.now();
  v_limit protection.spending_limit;
  v_in_force bigint;
  v_from timestamptz := v_now;
begin
  select * into v_limit from protection.spending_limit l
    where l.user_id = p_user and l.kind = p_kind and l.period = p_period;
  v_in_force := case when v_limit.next_from <= v_now then v_limit.next_amount else v_limit.amount end;
  if p_amount is not distinct from v_in_force and (v_limit.next_from is null or v_limit.next_from <= v_now) then
    return null;
  end if;
  -- asked for again, it is not put off
  if v_limit.next_from > v_now and p_amount is not distinct from v_limit.next_amount then
    return v_limit.next_from;
  end if;
  perform protection.enrol(p_user, v_account, v_now, true);
  if v_in_force is null or p_amount <= v_in_force then
    v_limit.amount := p_amount;
    v_limit.next_amount := null;
    v_limit.next_from := null;
  else
    v_from := v_now + interval '24 hours';
    v_limit.amount := v_in_force;
    v_limit.next_amount := p_amount;
    v_limit.next_from := v_from;
  end if;
  insert into protection.spending_limit (user_id, kind, period, amount, next_amount, next_from)
    values (p_user, p_kind, p_period, v_limit.amount, v_limit.next_amount, v_limit.next_from)
    on conflict (user_id, kind, period) do update
      set amount = excluded.amount, next_amount = excluded.next_amount, next_from = excluded.next_from;
  perform protection.note(p_user, v_now, 'limit', jsonb_build_object('kind', p_kind, 'period', p_period,
    'amountMicroUsdc', p_amount::text, 'beforeMicroUsdc', v_in_force::text, 'countsFrom', v_from), p_actor);
  return v_from;
end $$;
--> statement-breakpoint
-- Refuses bets of the user from now on, until `p_ends` or, where that is null, for good or until it is lifted. Returns
-- since when; null where one of that kind stands already that ends no earlier.
create function protection.restrict(p_id uuid, p_user uuid, p_kind text, p_ends timestamptz, p_reason text, p_actor uuid)
returns timestamptz
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_account bigint := protection.lock_account(p_user);
  v_now timestamptz := clock.now();
begin
  perform from protection.restriction r where r.user_id = p_user and r.kind = p_kind and r.lifted_at is null
    and (r.ends_at is null or (r.ends_at > v_now and r.ends_at >= p_ends));
  if found then return null; end if;
  perform protection.enrol(p_user, v_account, v_now, false);
  insert into protection.restriction (id, user_id, kind, begins_at, ends_at, reason, placed_by)
    values (p_id, p_user, p_kind, v_now, p_ends, p_reason, p_actor);
  perform protection.note(p_user, v_now, p_kind, jsonb_build_object('endsAt', p_ends), p_actor);
  return v_now;
end $$;
--> statement-breakpoint
-- Lifts a block, or a refusal of the screening. False where none stands.
create function protection.lift(p_user uuid, p_kind text, p_actor uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_now timestamptz;
begin
  perform protection.lock_account(p_user);
  v_now := clock.now();
  update protection.restriction r set lifted_at = v_now, lifted_by = p_actor
    where r.user_id = p_user and r.kind = p_kind and r.lifted_at is null;
  if not found then return false; end if;
  perform protection.note(p_user, v_now, p_kind || '-lifted', '{}', p_actor);
  return true;
end $$;
--> statement-breakpoint
create function protection.is_suspended(p_user uuid, p_at timestamptz) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
  select exists (select from protection.restriction r
    where r.user_id = p_user and r.lifted_at is null and (r.ends_at is null or r.ends_at > p_at));
$$;
--> statement-breakpoint
-- What is used of a user's limits, and what they are, at an instant.
create function protection.limits_of(p_user uuid, p_at timestamptz)
returns table (kind text, period text, amount bigint, used numeric, starts_on date, next_amount bigint, next_from timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
  select l.kind, l.period, case when l.next_from <= p_at then l.next_amount else l.amount end,
    case l.kind when 'deposit' then u.deposited when 'stake' then u.staked else u.staked - u.returned end,
    u.starts_on, case when l.next_from > p_at then l.next_amount end, case when l.next_from > p_at then l.next_from end
  from protection.spending_limit l
  cross join lateral (
    select s.starts_on, coalesce(sum(d.deposited), 0) as deposited, coalesce(sum(d.staked), 0) as staked,
      coalesce(sum(d.returned), 0) as returned
    from (select date_trunc(l.period, p_at at time zone 'UTC')::date as starts_on) s
    left join protection.day d on d.user_id = p_user and d.day >= s.starts_on
    group by s.starts_on) u
  where l.user_id = p_user;
$$;
--> statement-breakpoint
-- Of a batch of stakes, by position: those of users who may not play, those beyond a limit in force, and those that have to
-- be counted. A stake counts as lost until something comes back for it. The caller has locked the users' accounts, in a
-- statement before, and has at most one stake of each.
create function protection.judge_stakes(
  p_users uuid[], p_stakes bigint[], p_at timestamptz,
  out suspended integer[], out beyond integer[], out counted integer[]
)
language plpgsql security definer
set search_path = pg_catalog
-- one plan for every call, by index, whatever the tables held when it was made
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  select array_agg(j.n) filter (where j.suspended), array_agg(j.n) filter (where j.beyond), array_agg(j.n) filter (where j.counted)
    into suspended, beyond, counted
  from (
    select t.n::integer as n, p.counted_from is not null as counted,
      exists (select from protection.restriction r
        where r.user_id = t.user_id and r.lifted_at is null and (r.ends_at is null or r.ends_at > p_at)) as suspended,
      p.counted_from is not null and exists (
        select from protection.spending_limit l
        cross join lateral (
          select coalesce(sum(d.staked), 0) as staked, coalesce(sum(d.returned), 0) as returned
          from protection.day d
          where d.user_id = l.user_id and d.day >= date_trunc(l.period, p_at at time zone 'UTC')::date) u
        where l.user_id = t.user_id and l.kind <> 'deposit'
          and u.staked - case l.kind when 'loss' then u.returned else 0 end + t.stake
            > case when l.next_from <= p_at then l.next_amount else l.amount end) as beyond
    from unnest(p_users, p_stakes) with ordinality as t (user_id, stake, n)
    join protection.player p on p.user_id = t.user_id
  ) j;
end $$;
--> statement-breakpoint
-- Counts stakes of users whose accounts the caller holds.
create function protection.count_stakes(p_users uuid[], p_stakes bigint[], p_at timestamptz) returns void
language sql security definer set search_path = pg_catalog as $$
  insert into protection.day as d (user_id, day, staked)
    select t.user_id, (p_at at time zone 'UTC')::date, t.stake from unnest(p_users, p_stakes) as t (user_id, stake)
    on conflict (user_id, day) do update set staked = d.staked + excluded.staked;
$$;
--> statement-breakpoint
-- Which of these available accounts belong to users with counters; null where none does.
create function protection.counted_accounts(p_accounts bigint[]) returns bigint[]
language sql security definer set search_path = pg_catalog as $$
  select array_agg(p.account) from protection.player p where p.account = any (p_accounts) and p.counted_from is not null;
$$;
--> statement-breakpoint
-- Counts what came back for stakes of users whose accounts the caller holds, on the days the stakes were made.
create function protection.count_returns(p_accounts bigint[], p_staked_at timestamptz[], p_amounts bigint[]) returns void
language sql security definer set search_path = pg_catalog as $$
  insert into protection.day as d (user_id, day, returned)
    select p.user_id, (t.staked_at at time zone 'UTC')::date as day, sum(t.amount)
    from unnest(p_accounts, p_staked_at, p_amounts) as t (account, staked_at, amount)
    join protection.player p on p.account = t.account and p.counted_from <= (t.staked_at at time zone 'UTC')::date
    group by 1, 2
    on conflict (user_id, day) do update set returned = d.returned + excluded.returned;
$$;
--> statement-breakpoint
-- Counts anew, from the books, what came back for the stakes of some days of a user whose account the caller holds.
create function protection.recount_returns(p_users uuid[], p_staked_at timestamptz[]) returns void
language sql security definer set search_path = pg_catalog as $$
  update protection.day d set returned = r.returned
    from (
      select t.user_id, min(t.staked_at) as first_at
      from unnest(p_users, p_staked_at) as t (user_id, staked_at)
      join protection.player p on p.user_id = t.user_id and p.counted_from <= (t.staked_at at time zone 'UTC')::date
      group by t.user_id
    ) u
    cross join lateral protection.recount(u.user_id, (u.first_at at time zone 'UTC')::date) r
    where d.user_id = u.user_id and d.day = r.day;
$$;
--> statement-breakpoint
-- Whether money coming in for a user may be bet: he may play, and no deposit limit in force is exceeded. Takes his account.
create function protection.admit_deposit(p_user uuid, p_amount bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_now timestamptz;
begin
  perform protection.lock_account(p_user);
  v_now := clock.now();
  return not protection.is_suspended(p_user, v_now)
    and not exists (select from protection.limits_of(p_user, v_now) l
      where l.kind = 'deposit' and l.used + p_amount > l.amount);
end $$;
--> statement-breakpoint
-- Counts a deposit that was admitted and posted, on the day the books have it, if the user has counters.
create function protection.count_deposit(p_user uuid, p_period integer, p_kind smallint, p_ref uuid) returns void
language sql security definer set search_path = pg_catalog as $$
  insert into protection.day as d (user_id, day, deposited)
    select p.user_id, (x.posted_at at time zone 'UTC')::date, x.amount
    from protection.player p join ledger.transfer x on x.credit = p.account
    where p.user_id = p_user and p.counted_from is not null
      and x.period = p_period and x.kind = p_kind and x.ref = p_ref
    on conflict (user_id, day) do update set deposited = d.deposited + excluded.deposited;
$$;
--> statement-breakpoint
-- What a user paid in, took out, staked and got back, by what the transfers are and since when; from the books.
create function protection.activity(p_user uuid, p_since timestamptz[])
returns table (n integer, deposited numeric, withdrawn numeric, staked numeric, returned numeric)
language sql stable security definer set search_path = pg_catalog as $$
  with mine as (
    select x.posted_at, x.amount, k.counts
    from ledger.account a join ledger.transfer x on x.credit = a.id
    join protection.counted_kind k on k.kind = x.kind and k.counts in ('deposit', 'held-deposit', 'return')
    where a.owner = p_user and a.purpose in ('available', 'held')
    union all
    select x.posted_at, x.amount, k.counts
    from ledger.account a join ledger.transfer x on x.debit = a.id
    join protection.counted_kind k on k.kind = x.kind and k.counts in ('stake', 'withdrawal')
    where a.owner = p_user and a.purpose in ('available', 'withdrawing')
  )
  select s.n::integer,
    coalesce(sum(m.amount) filter (where m.counts in ('deposit', 'held-deposit')), 0),
    coalesce(sum(m.amount) filter (where m.counts = 'withdrawal'), 0),
    coalesce(sum(m.amount) filter (where m.counts = 'stake'), 0),
    coalesce(sum(m.amount) filter (where m.counts = 'return'), 0)
  from unnest(p_since) with ordinality as s (since, n)
  left join mine m on m.posted_at >= s.since
  group by s.n order by s.n;
$$;
--> statement-breakpoint
-- Writes down what a screening said: a refusal suspends play and is lifted by the next pass.
create function protection.record_screening(
  p_id uuid, p_user uuid, p_provider text, p_refused_for text, p_valid_until timestamptz, p_actor uuid
) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into protection.screening (user_id, at, provider, refused_for, valid_until)
    values (p_user, clock.now(), p_provider, p_refused_for, p_valid_until);
  if p_refused_for is null then
    perform protection.lift(p_user, 'screening', p_actor);
  else
    perform protection.restrict(p_id, p_user, 'screening', null, p_refused_for, p_actor);
  end if;
end $$;
--> statement-breakpoint
revoke all on all functions in schema protection from public;
--> statement-breakpoint
grant execute on function
  protection.set_limit, protection.restrict, protection.lift, protection.is_suspended, protection.limits_of,
  protection.judge_stakes, protection.count_stakes, protection.counted_accounts, protection.count_returns,
  protection.recount_returns, protection.recount, protection.admit_deposit, protection.count_deposit, protection.activity,
  protection.record_screening
  to closebell_application;
--> statement-breakpoint
grant execute on function protection.recount, protection.limits_of, protection.is_suspended to closebell_readonly;
--> statement-breakpoint
grant select on all tables in schema protection to closebell_application, closebell_readonly;
