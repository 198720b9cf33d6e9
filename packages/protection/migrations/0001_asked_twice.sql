-- What protects a player ends only when he asks for it, twice. A looser limit counts once it is confirmed, at the earliest a
-- day after it was asked for (UKGC RTS 12D, wording from 31 October 2025 and 30 June 2026). A self-exclusion outlasts its
-- term: it is over a day after the player asked to play again, and he may ask when its term is over (UKGC LCCP, ordinary
-- code 3.5.4, 5e and 5f).
alter table protection.spending_limit add column next_until timestamptz;
--> statement-breakpoint
-- a looser limit that had come due before is in force
update protection.spending_limit l set amount = l.next_amount, next_amount = null, next_from = null
  where l.next_from <= clock.now();
--> statement-breakpoint
update protection.spending_limit l set next_until = l.next_from + interval '72 hours' where l.next_from is not null;
--> statement-breakpoint
alter table protection.spending_limit add constraint spending_limit_next_lapses check (
  case when next_from is null then next_until is null else next_until is not null and next_until > next_from end);
--> statement-breakpoint
-- When it is over; null: when it is lifted, a day after the player asked to play again, or never.
alter table protection.restriction add column over_at timestamptz;
--> statement-breakpoint
-- an exclusion whose term was over before ended by itself
update protection.restriction r
  set over_at = case r.kind when 'time-out' then r.ends_at else r.ends_at + interval '24 hours' end
  where r.kind = 'time-out' or (r.kind = 'self-exclusion' and r.ends_at <= clock.now());
--> statement-breakpoint
alter table protection.restriction add constraint restriction_over_after_its_term check (case kind
  when 'time-out' then over_at is not null and over_at = ends_at
  when 'self-exclusion' then over_at is null or (ends_at is not null and over_at >= ends_at + interval '24 hours')
  else over_at is null end);
--> statement-breakpoint
create or replace function protection.guard_restriction() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.lifted_at is not null or (old.over_at is not null and new.over_at is distinct from old.over_at)
    or (new.id, new.user_id, new.kind, new.begins_at, new.ends_at, new.reason, new.placed_by)
      is distinct from (old.id, old.user_id, old.kind, old.begins_at, old.ends_at, old.reason, old.placed_by) then
    raise exception 'a restriction is lifted or ended, once, or stays as it is'
      using errcode = 'check_violation', constraint = 'restriction_fixed';
  end if;
  return new;
end $$;
--> statement-breakpoint
alter table protection.change drop constraint change_known, add constraint change_known check (what in (
  'limit', 'limit-confirmed', 'time-out', 'self-exclusion', 'return', 'block', 'block-lifted', 'screening', 'screening-lifted'));
--> statement-breakpoint
drop function protection.set_limit(uuid, text, text, bigint, uuid);
--> statement-breakpoint
-- Sets a limit (null: none): a tighter one at once; a looser one waits to be confirmed, for three days from 24 hours from
-- now on, in place of any other that waits. `since`: from when on it counts, or may be confirmed; null where nothing
-- changed. `before`: what is in force, or was.
create function protection.set_limit(
  p_user uuid, p_kind text, p_period text, p_amount bigint, p_actor uuid,
  out since timestamptz, out before bigint, out waits boolean
)
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_account bigint := protection.lock_account(p_user);
  v_now timestamptz := clock.now();
  v_limit protection.spending_limit;
begin
  select * into v_limit from protection.spending_limit l
    where l.user_id = p_user and l.kind = p_kind and l.period = p_period;
  before := v_limit.amount;
  waits := before is not null and (p_amount is null or p_amount > before);
  -- asked for again it is not put off, unless it has lapsed
  if p_amount is not distinct from (case when v_limit.next_until > v_now then v_limit.next_amount else before end) then
    return;
  end if;
  perform protection.enrol(p_user, v_account, v_now, true);
  since := case when waits then v_now + interval '24 hours' else v_now end;
  insert into protection.spending_limit (user_id, kind, period, amount, next_amount, next_from, next_until)
    values (p_user, p_kind, p_period, case when waits then before else p_amount end, case when waits then p_amount end,
      case when waits then since end, case when waits then since + interval '72 hours' end)
    on conflict (user_id, kind, period) do update set amount = excluded.amount, next_amount = excluded.next_amount,
      next_from = excluded.next_from, next_until = excluded.next_until;
  perform protection.note(p_user, v_now, 'limit', jsonb_build_object('kind', p_kind, 'period', p_period, 'amountMicroUsdc',
    p_amount::text, 'beforeMicroUsdc', before::text, case when waits then 'confirmFrom' else 'countsFrom' end, since), p_actor);
end $$;
--> statement-breakpoint
-- Puts a looser limit in force that waits for it, if its day is over and it has not lapsed. `confirmed` false: there is no
-- such limit now. `before`: what was in force.
create function protection.confirm_limit(
  p_user uuid, p_kind text, p_period text, p_amount bigint, p_actor uuid, out confirmed boolean, out before bigint
)
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_now timestamptz;
begin
  perform protection.lock_account(p_user);
  v_now := clock.now();
  select l.amount into before from protection.spending_limit l
    where l.user_id = p_user and l.kind = p_kind and l.period = p_period
      and l.next_from <= v_now and l.next_until > v_now and l.next_amount is not distinct from p_amount;
  confirmed := found;
  if not confirmed then return; end if;
  update protection.spending_limit l set amount = p_amount, next_amount = null, next_from = null, next_until = null
    where l.user_id = p_user and l.kind = p_kind and l.period = p_period;
  perform protection.note(p_user, v_now, 'limit-confirmed', jsonb_build_object('kind', p_kind, 'period', p_period,
    'amountMicroUsdc', p_amount::text, 'beforeMicroUsdc', before::text, 'countsFrom', v_now), p_actor);
end $$;
--> statement-breakpoint
drop function protection.limits_of(uuid, timestamptz);
--> statement-breakpoint
-- What is used of a user's limits, and what they are, at an instant; and what waits to be confirmed, and from when until when
-- it may be.
create function protection.limits_of(p_user uuid, p_at timestamptz)
returns table (
  kind text, period text, amount bigint, used numeric, starts_on date,
  next_amount bigint, next_from timestamptz, next_until timestamptz
)
language sql stable security definer set search_path = pg_catalog as $$
  select l.kind, l.period, l.amount,
    case l.kind when 'deposit' then u.deposited when 'stake' then u.staked else u.staked - u.returned end, u.starts_on,
    case when l.next_until > p_at then l.next_amount end, case when l.next_until > p_at then l.next_from end,
    case when l.next_until > p_at then l.next_until end
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
create or replace function protection.is_suspended(p_user uuid, p_at timestamptz) returns boolean
language sql stable security definer set search_path = pg_catalog as $$
  select exists (select from protection.restriction r
    where r.user_id = p_user and r.lifted_at is null and (r.over_at is null or r.over_at > p_at));
$$;
--> statement-breakpoint
-- Of a batch of stakes, by position: those of users who may not play, those beyond a limit in force, and those that have to
-- be counted. A stake counts as lost until something comes back for it. The caller has locked the users' accounts, in a
-- statement before, and has at most one stake of each.
create or replace function protection.judge_stakes(
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
        where r.user_id = t.user_id and r.lifted_at is null and (r.over_at is null or r.over_at > p_at)) as suspended,
      p.counted_from is not null and exists (
        select from protection.spending_limit l
        cross join lateral (
          select coalesce(sum(d.staked), 0) as staked, coalesce(sum(d.returned), 0) as returned
          from protection.day d
          where d.user_id = l.user_id and d.day >= date_trunc(l.period, p_at at time zone 'UTC')::date) u
        where l.user_id = t.user_id and l.kind <> 'deposit'
          and u.staked - case l.kind when 'loss' then u.returned else 0 end + t.stake > l.amount) as beyond
    from unnest(p_users, p_stakes) with ordinality as t (user_id, stake, n)
    join protection.player p on p.user_id = t.user_id
  ) j;
end $$;
--> statement-breakpoint
drop function protection.restrict(uuid, uuid, text, timestamptz, text, uuid);
--> statement-breakpoint
-- Refuses bets of the user from now on, for as long as `p_lasts` says in UTC or, where that is null, for good or until it is
-- lifted. `since` is null where one of that kind stands already whose term ends no earlier.
create function protection.restrict(
  p_id uuid, p_user uuid, p_kind text, p_lasts interval, p_reason text, p_actor uuid,
  out since timestamptz, out until timestamptz
)
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_account bigint := protection.lock_account(p_user);
  v_now timestamptz := clock.now();
begin
  -- from the instant it begins: one taken before the wait for the account would make it too short
  until := (v_now at time zone 'UTC' + p_lasts) at time zone 'UTC';
  perform from protection.restriction r where r.user_id = p_user and r.kind = p_kind and r.lifted_at is null
    and (r.ends_at is null or (r.ends_at > v_now and r.ends_at >= until));
  if found then return; end if;
  since := v_now;
  perform protection.enrol(p_user, v_account, v_now, false);
  insert into protection.restriction (id, user_id, kind, begins_at, ends_at, over_at, reason, placed_by)
    values (p_id, p_user, p_kind, v_now, until, case p_kind when 'time-out' then until end, p_reason, p_actor);
  perform protection.note(p_user, v_now, p_kind, jsonb_build_object('endsAt', until), p_actor);
end $$;
--> statement-breakpoint
-- Ends the user's self-exclusions, 24 hours from now, at his word. `refused`: the term of one is not over, or it is for good.
-- `over_at`: when they are over, also where that was asked for before; null where none stands.
create function protection.return_to_play(p_user uuid, p_actor uuid, out refused boolean, out asked boolean, out over_at timestamptz)
language plpgsql security definer set search_path = pg_catalog as $$
#variable_conflict use_column
declare
  v_now timestamptz;
begin
  perform protection.lock_account(p_user);
  v_now := clock.now();
  select coalesce(bool_or(r.ends_at is null or r.ends_at > v_now), false), coalesce(bool_or(r.over_at is null), false),
      max(r.over_at) into refused, asked, over_at
    from protection.restriction r
    where r.user_id = p_user and r.kind = 'self-exclusion' and r.lifted_at is null and (r.over_at is null or r.over_at > v_now);
  if refused or not asked then return; end if;
  over_at := v_now + interval '24 hours';
  update protection.restriction r set over_at = v_now + interval '24 hours'
    where r.user_id = p_user and r.kind = 'self-exclusion' and r.lifted_at is null and r.over_at is null;
  perform protection.note(p_user, v_now, 'return', jsonb_build_object('endsAt', v_now + interval '24 hours'), p_actor);
end $$;
--> statement-breakpoint
-- Writes down what a screening said: a refusal suspends play and is lifted by the next pass. The user's account is taken
-- first, so that what is written last is what holds.
create or replace function protection.record_screening(
  p_id uuid, p_user uuid, p_provider text, p_refused_for text, p_valid_until timestamptz, p_actor uuid
) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform protection.lock_account(p_user);
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
  protection.set_limit, protection.confirm_limit, protection.limits_of, protection.restrict, protection.return_to_play
  to closebell_application;
--> statement-breakpoint
grant execute on function protection.limits_of to closebell_readonly;
