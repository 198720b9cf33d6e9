-- What a user may still stake on a day, as it was found when it was last added up, less what was staked since: never more
-- than the limits in force leave, and only while he may play. Null: to be found out. So a bet within it needs no other look.
alter table protection.day add column room bigint constraint day_room_not_below_zero check (room >= 0);
--> statement-breakpoint
create function protection.forget_room() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update protection.day d set room = null where d.user_id = new.user_id and d.room is not null;
  return null;
end $$;
--> statement-breakpoint
create trigger forget_room after insert or update on protection.spending_limit
  for each row execute function protection.forget_room();
--> statement-breakpoint
create trigger forget_room after insert on protection.restriction
  for each row execute function protection.forget_room();
--> statement-breakpoint
-- Adds up what users, whose accounts the caller holds, may still stake on a day, if they have counters and may play. A stake
-- counts as lost until something comes back for it.
create function protection.add_up_room(p_users uuid[], p_at timestamptz) returns void
language sql security definer set search_path = pg_catalog as $$
  insert into protection.day as d (user_id, day, room)
    select p.user_id, (p_at at time zone 'UTC')::date, (
      select least(greatest(coalesce(min(l.amount - u.staked + case l.kind when 'loss' then u.returned else 0 end),
        4611686018427387904), 0), 4611686018427387904)
      from protection.spending_limit l
      cross join lateral (
        select coalesce(sum(x.staked), 0) as staked, coalesce(sum(x.returned), 0) as returned
        from protection.day x
        where x.user_id = l.user_id and x.day >= date_trunc(l.period, p_at at time zone 'UTC')::date) u
      where l.user_id = p.user_id and l.kind <> 'deposit')
    from protection.player p
    where p.user_id = any (p_users) and p.counted_from is not null and not protection.is_suspended(p.user_id, p_at)
    on conflict (user_id, day) do update set room = excluded.room;
$$;
--> statement-breakpoint
drop function protection.judge_stakes(uuid[], bigint[], timestamptz);
--> statement-breakpoint
-- Of a batch of stakes, by position: those of users who may not play, those beyond a limit in force, and those that have to
-- be counted, each with its counter for count_stakes. The caller has locked the users' accounts, in a statement before, and
-- has at most one stake of each.
create function protection.judge_stakes(
  p_users uuid[], p_stakes bigint[], p_at timestamptz,
  out suspended integer[], out beyond integer[], out counted integer[], out counters tid[]
)
language plpgsql security definer
set search_path = pg_catalog
-- one plan for every call, by index, whatever the tables held when it was made
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_day date := (p_at at time zone 'UTC')::date;
  v_unsure uuid[];
begin
  -- once more where what is left had to be added up
  for v_look in 1..2 loop
    select array_agg(j.n) filter (where j.suspended), array_agg(j.n) filter (where j.stake > j.room),
        array_agg(j.n) filter (where j.room is not null), array_agg(j.counter) filter (where j.room is not null),
        array_agg(j.user_id) filter (where j.room is null or j.stake > j.room)
      into suspended, beyond, counted, counters, v_unsure
    from (
      select t.n::integer as n, t.user_id, t.stake, d.room, d.counter,
        d.room is null and protection.is_suspended(t.user_id, p_at) as suspended
      from unnest(p_users, p_stakes) with ordinality as t (user_id, stake, n)
      join protection.player p on p.user_id = t.user_id
      left join lateral (
        select x.room, x.ctid as counter from protection.day x
        where x.user_id = t.user_id and x.day = v_day order by x.user_id, x.day limit 1) d on true
    ) j;
    exit when v_unsure is null or v_look = 2;
    perform protection.add_up_room(v_unsure, p_at);
  end loop;
end $$;
--> statement-breakpoint
drop function protection.count_stakes(uuid[], bigint[], timestamptz);
--> statement-breakpoint
-- Counts stakes that judge_stakes found to be within their limits, in the same transaction: until it ends nobody else writes
-- those counters.
create function protection.count_stakes(p_counters tid[], p_stakes bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_counted bigint;
begin
  update protection.day d set staked = d.staked + t.stake, room = d.room - t.stake
    from unnest(p_counters, p_stakes) as t (counter, stake) where d.ctid = t.counter;
  get diagnostics v_counted = row_count;
  if v_counted <> cardinality(p_counters) then
    raise exception '% of % stakes were counted', v_counted, cardinality(p_counters) using errcode = 'data_corrupted';
  end if;
end $$;
--> statement-breakpoint
revoke all on function protection.forget_room, protection.add_up_room, protection.judge_stakes, protection.count_stakes from public;
--> statement-breakpoint
grant execute on function protection.judge_stakes, protection.count_stakes to closebell_application;
