-- A clock that ran ahead and was put right left windows that end in an hour or a year: they count as over.
-- Lets each of a batch of requests take from all its limits or from none, in their order, and answers how each limit stood before.
-- `demands`: how many are wanted of each. `requests`: of each how many limits it has, and of each of those which and how many are
-- wanted; it gets what is left of them.
create or replace function limits.count(
  keys text[], quotas int[], window_seconds int[], demands int[], requests int[]
) returns table (taken int, reset_ms float8)
language plpgsql volatile security definer
set search_path = limits, pg_catalog, pg_temp
-- a plan that was made while the table was small would read all of it
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  moment timestamptz;
  had int[];
  ends timestamptz[];
  now_taken int[];
  enough boolean;
  free boolean;
  first int := 1;
  last int;
begin
  -- batches of several processes one after another: that is shorter than to wait for each other's rows
  perform pg_advisory_xact_lock(hashtextextended('limits.count', 0));
  moment := clock_timestamp();
  select array_agg(coalesce(w.taken, 0) order by a.n),
         array_agg(coalesce(w.until, moment + make_interval(secs => a.seconds)) order by a.n),
         coalesce(bool_and(coalesce(w.taken, 0) + a.demand <= a.quota), true)
    into had, ends, enough
    from unnest(keys, quotas, window_seconds, demands) with ordinality as a (key, quota, seconds, demand, n)
    -- what ends later than a window that begins now was begun by a clock that has been put right since
    left join limits.counter w on w.key = a.key and w.until > moment and w.until <= moment + make_interval(secs => a.seconds);
  if enough then
    select array_agg(h + d order by n) into now_taken
      from unnest(had, demands) with ordinality as t (h, d, n);
  else
    now_taken := had;
    while first <= cardinality(requests) loop
      last := first + 2 * requests[first];
      free := true;
      for n in first + 1 .. last by 2 loop
        free := free and now_taken[requests[n]] < quotas[requests[n]];
      end loop;
      if free then
        for n in first + 1 .. last by 2 loop
          now_taken[requests[n]] := least(now_taken[requests[n]] + requests[n + 1], quotas[requests[n]]);
        end loop;
      end if;
      first := last + 1;
    end loop;
  end if;
  insert into limits.counter as w (key, taken, until)
    select t.key, t.now_taken, t.until
      from unnest(keys, had, now_taken, ends) as t (key, had, now_taken, until)
      where t.now_taken > t.had
    on conflict (key) do update set taken = excluded.taken, until = excluded.until;
  return query
    select t.had, extract(epoch from t.until - moment)::float8 * 1000
      from unnest(had, ends) with ordinality as t (had, until, n) order by t.n;
end $$;
