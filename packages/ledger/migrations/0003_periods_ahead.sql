-- Rows of these tables never change: what autovacuum visits it freezes at once, so that no vacuum against wraparound ever
-- has to read years of partitions. A partition takes it from nobody, so each is told.
do $$
declare
  v_partition regclass;
begin
  for v_partition in select i.inhrelid from pg_inherits i where i.inhparent = 'ledger.transfer'::regclass loop
    execute format('alter table %s set (autovacuum_freeze_min_age = 0)', v_partition);
  end loop;
end $$;
--> statement-breakpoint
-- Makes the partition of a period. Built aside and attached, so that inserts into other periods go on meanwhile; who can't
-- have its locks in 2 s gives up, for its caller to try again.
create or replace function ledger.ensure_period(p_period integer) returns void
language plpgsql security definer set search_path = pg_catalog set lock_timeout = '2s' as $$
declare
  v_name text := format('transfer_%s', p_period);
begin
  if p_period % 100 not between 1 and 12 or p_period not between 190001 and 299912 then
    raise exception 'period % is no month (YYYYMM)', p_period using errcode = 'invalid_parameter_value';
  end if;
  if to_regclass('ledger.' || v_name) is not null then return; end if;
  perform pg_advisory_xact_lock(hashtextextended('ledger.ensure_period', 0));
  -- by a query: waiting for an advisory lock does not refresh what to_regclass remembers
  if exists (select from pg_class c where c.oid in (
      select i.inhrelid from pg_inherits i where i.inhparent = 'ledger.transfer'::regclass) and c.relname = v_name) then
    return;
  end if;
  execute format('create table ledger.%I (like ledger.transfer including defaults including constraints)
    with (autovacuum_freeze_min_age = 0)', v_name);
  execute format('create trigger append_only_truncate before truncate on ledger.%I
    for each statement execute function ledger.refuse_change()', v_name);
  execute format('alter table ledger.transfer attach partition ledger.%I for values in (%s)', v_name, p_period);
  execute format('grant select on ledger.%I to closebell_application, closebell_readonly', v_name);
end $$;
--> statement-breakpoint
-- Makes the partitions of this month and of the next one, if they are not there.
create function ledger.ensure_periods_ahead() returns void
language sql set search_path = pg_catalog as $$
  select ledger.ensure_period(to_char((clock.now() at time zone 'UTC') + t.ahead, 'YYYYMM')::integer)
  from (values (interval '0'), (interval '1 month')) as t (ahead);
$$;
--> statement-breakpoint
-- A transfer of this kind and ref in one period's own partition: asking the whole table would lock every partition.
create function ledger.find_in_period(p_period integer, p_kind smallint, p_ref uuid)
returns table (period integer, debit bigint, credit bigint, amount bigint)
language plpgsql stable set search_path = pg_catalog as $$
begin
  if to_regclass(format('ledger.transfer_%s', p_period)) is null then return; end if;
  return query execute format('select x.period, x.debit, x.credit, x.amount from ledger.transfer_%s x
    where x.period = $1 and x.kind = $2 and x.ref = $3', p_period) using p_period, p_kind, p_ref;
end $$;
--> statement-breakpoint
-- Where a transfer of this kind and ref is. A UUIDv7 says when it was made, which is mostly the month it is for or the
-- one before; otherwise newest period first, one probe of a unique index a period.
create or replace function ledger.find_transfer(p_kind smallint, p_ref uuid)
returns table (period integer, debit bigint, credit bigint, amount bigint)
language plpgsql stable set search_path = pg_catalog as $$
declare
  v_made timestamp := to_timestamp(
    ('x' || lpad(left(replace(p_ref::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 1000.0) at time zone 'UTC';
  v_period integer;
begin
  for v_period in
    select to_char(v_made + t.ahead, 'YYYYMM')::integer from (values (interval '0'), (interval '1 month')) as t (ahead)
    where v_made < '2900-01-01'
  loop
    return query select * from ledger.find_in_period(v_period, p_kind, p_ref);
    if found then return; end if;
  end loop;
  for v_period in
    select substring(c.relname from 'transfer_(\d{6})$')::integer
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'ledger.transfer'::regclass
    order by 1 desc
  loop
    return query select * from ledger.find_in_period(v_period, p_kind, p_ref);
    if found then return; end if;
  end loop;
end $$;
--> statement-breakpoint
revoke all on function ledger.ensure_periods_ahead, ledger.find_in_period from public;
--> statement-breakpoint
grant execute on function ledger.ensure_periods_ahead, ledger.find_in_period to closebell_application;
