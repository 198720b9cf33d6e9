create schema ledger;
--> statement-breakpoint
grant usage on schema ledger to closebell_application, closebell_readonly;
--> statement-breakpoint
-- Credit-positive: what we owe is above zero, what we hold (custody) below. All balances sum to zero.
create table ledger.account (
  id bigint generated always as identity primary key,
  code text not null
    constraint account_code_unique unique
    constraint account_code_form check (code ~ '^[a-z]+(/[a-z0-9.-]+)+$' and length(code) <= 120),
  owner uuid,
  purpose text,
  lock_rank smallint not null constraint account_lock_rank_known check (lock_rank between 1 and 4),
  floored boolean not null,
  balance bigint not null default 0,
  constraint account_not_below_zero check (not floored or balance >= 0),
  constraint account_owned_for_a_purpose check ((owner is null) = (purpose is null)),
  constraint account_owner_purpose_unique unique (owner, purpose)
) with (fillfactor = 50);
--> statement-breakpoint
comment on column ledger.account.lock_rank is
  'The order in which a transaction locks accounts: 1 users, 2 rounds, 3 house, 4 custody; within a rank by id.';
--> statement-breakpoint
-- What the house and custody hold is read at every poll of the value locked: a handful of rows among millions.
create index account_house_and_custody on ledger.account (lock_rank) where lock_rank >= 3;
--> statement-breakpoint
create table ledger.transfer_kind (
  id smallint primary key,
  name text not null unique check (name ~ '^[a-z]+(-[a-z]+)*$')
);
--> statement-breakpoint
create sequence ledger.transfer_id;
--> statement-breakpoint
-- Partitioned by the period a transfer is for (YYYYMM), never by when it was posted: a retry next month must meet
-- the same unique key.
create table ledger.transfer (
  id bigint not null default nextval('ledger.transfer_id'),
  period integer not null,
  kind smallint not null,
  ref uuid not null,
  debit bigint not null,
  credit bigint not null,
  amount bigint not null constraint transfer_amount_positive check (amount > 0),
  actor uuid not null,
  request uuid not null,
  posted_at timestamptz not null,
  constraint transfer_two_accounts check (debit <> credit),
  primary key (period, id),
  constraint transfer_once unique (period, kind, ref)
) partition by list (period);
--> statement-breakpoint
create index transfer_debit on ledger.transfer (debit, id);
--> statement-breakpoint
create index transfer_credit on ledger.transfer (credit, id);
--> statement-breakpoint
create table ledger.correction (
  ref uuid primary key,
  period integer not null,
  kind smallint not null references ledger.transfer_kind,
  corrected_ref uuid not null,
  reason text not null check (reason <> ''),
  foreign key (period, kind, corrected_ref) references ledger.transfer (period, kind, ref)
);
--> statement-breakpoint
create function ledger.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
  raise exception '% on %.% is refused: the books are append-only, post a correction instead',
    tg_op, tg_table_schema, tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger append_only before update or delete on ledger.transfer
  for each row execute function ledger.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on ledger.transfer
  for each statement execute function ledger.refuse_change();
--> statement-breakpoint
create trigger append_only before update or delete on ledger.correction
  for each row execute function ledger.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on ledger.correction
  for each statement execute function ledger.refuse_change();
--> statement-breakpoint
create trigger permanent before delete on ledger.account
  for each row execute function ledger.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on ledger.account
  for each statement execute function ledger.refuse_change();
--> statement-breakpoint
create trigger identity_fixed before update of id, code, owner, purpose, lock_rank, floored on ledger.account
  for each row execute function ledger.refuse_change();
--> statement-breakpoint
create function ledger.register_kind(p_id smallint, p_name text) returns void
language sql set search_path = pg_catalog as $$
  insert into ledger.transfer_kind (id, name) values (p_id, p_name);
$$;
--> statement-breakpoint
select ledger.register_kind(1::smallint, 'correction');
--> statement-breakpoint
-- Makes the partition of a period. Built aside and attached, so that inserts into other periods go on meanwhile.
create function ledger.ensure_period(p_period integer) returns void
language plpgsql security definer set search_path = pg_catalog as $$
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
  execute format('create table ledger.%I (like ledger.transfer including defaults including constraints)', v_name);
  execute format('create trigger append_only_truncate before truncate on ledger.%I
    for each statement execute function ledger.refuse_change()', v_name);
  execute format('alter table ledger.transfer attach partition ledger.%I for values in (%s)', v_name, p_period);
  execute format('grant select on ledger.%I to closebell_application, closebell_readonly', v_name);
end $$;
--> statement-breakpoint
-- Opens the accounts that do not exist yet; an existing account stays as it is.
create function ledger.open_accounts(p_codes text[], p_owner uuid, p_purposes text[], p_lock_rank smallint, p_floored boolean)
returns void
language sql security definer set search_path = pg_catalog as $$
  insert into ledger.account (code, owner, purpose, lock_rank, floored)
  select t.code, p_owner, t.purpose, p_lock_rank, p_floored
  from unnest(p_codes, p_purposes) as t (code, purpose)
  on conflict (code) do nothing;
$$;
--> statement-breakpoint
-- Locks those of the owners' accounts for one purpose that no other transaction holds, in id order.
create function ledger.lock_free_accounts(p_owners uuid[], p_purpose text)
returns table (id bigint, owner uuid, balance bigint)
language sql security definer set search_path = pg_catalog as $$
  select a.id, a.owner, a.balance
  from ledger.account a
  where a.owner = any (p_owners) and a.purpose = p_purpose
  order by a.id
  for no key update skip locked;
$$;
--> statement-breakpoint
-- Posts transfers by account id: all of them or none. A transfer whose (period, kind, ref) is already there with the
-- same content is left alone; with other content the call fails. Returns how many were new.
create function ledger.post(
  p_period integer, p_kind smallint, p_refs uuid[], p_debits bigint[], p_credits bigint[], p_amounts bigint[],
  p_actors uuid[], p_requests uuid[]
) returns integer
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_now timestamptz := clock.now();
  v_posted integer;
begin
  if not exists (select from ledger.transfer_kind k where k.id = p_kind) then
    raise exception 'transfer kind % is not registered', p_kind using errcode = 'foreign_key_violation';
  end if;
  perform from ledger.account a
    where a.id = any (p_debits || p_credits)
    order by a.lock_rank, a.id
    for no key update;
  with posted as (
    insert into ledger.transfer (period, kind, ref, debit, credit, amount, actor, request, posted_at)
    select p_period, p_kind, t.ref, t.debit, t.credit, t.amount, t.actor, t.request, v_now
    from unnest(p_refs, p_debits, p_credits, p_amounts, p_actors, p_requests)
      as t (ref, debit, credit, amount, actor, request)
    on conflict (period, kind, ref) do nothing
    returning debit, credit, amount
  ), moved as (
    select s.account, sum(s.delta)::bigint as delta
    from (select debit as account, -amount as delta from posted
          union all select credit, amount from posted) s
    group by s.account
  ), updated as (
    update ledger.account a set balance = a.balance + m.delta from moved m where a.id = m.account
  )
  select count(*) into v_posted from posted;
  if v_posted < cardinality(p_refs) then
    perform from unnest(p_refs, p_debits, p_credits, p_amounts) as t (ref, debit, credit, amount)
      join ledger.transfer x on x.period = p_period and x.kind = p_kind and x.ref = t.ref
      where (x.debit, x.credit, x.amount) is distinct from (t.debit, t.credit, t.amount);
    if found then
      raise exception 'a transfer of this period, kind and ref exists with other content'
        using errcode = 'integrity_constraint_violation', constraint = 'transfer_once';
    end if;
  end if;
  return v_posted;
end $$;
--> statement-breakpoint
-- Where a transfer of this kind and ref is, newest period first; one probe of a unique index a period.
create function ledger.find_transfer(p_kind smallint, p_ref uuid)
returns table (period integer, debit bigint, credit bigint, amount bigint)
language plpgsql stable set search_path = pg_catalog as $$
declare
  v_period integer;
begin
  for v_period in
    select substring(c.relname from 'transfer_(\d{6})$')::integer
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'ledger.transfer'::regclass
    order by 1 desc
  loop
    return query select x.period, x.debit, x.credit, x.amount from ledger.transfer x
      where x.period = v_period and x.kind = p_kind and x.ref = p_ref;
    if found then return; end if;
  end loop;
end $$;
--> statement-breakpoint
-- The id of an account by its code.
create function ledger.account_id(p_code text) returns bigint
language plpgsql stable set search_path = pg_catalog as $$
declare
  v_id bigint;
begin
  select a.id into v_id from ledger.account a where a.code = p_code;
  if v_id is null then
    raise exception 'account % does not exist', p_code
      using errcode = 'foreign_key_violation', constraint = 'account_exists';
  end if;
  return v_id;
end $$;
--> statement-breakpoint
-- The same by account code.
create function ledger.post_by_code(
  p_period integer, p_kind smallint, p_refs uuid[], p_debits text[], p_credits text[], p_amounts bigint[],
  p_actor uuid, p_request uuid
) returns integer
language sql security definer set search_path = pg_catalog as $$
  select ledger.post(
    p_period, p_kind, p_refs,
    (select array_agg(ledger.account_id(c) order by n) from unnest(p_debits) with ordinality as t (c, n)),
    (select array_agg(ledger.account_id(c) order by n) from unnest(p_credits) with ordinality as t (c, n)),
    p_amounts,
    array_fill(p_actor, array[cardinality(p_refs)]),
    array_fill(p_request, array[cardinality(p_refs)])
  );
$$;
--> statement-breakpoint
-- Reverses a transfer (wholly, or up to p_amount) by a new one that names it.
create function ledger.correct(
  p_ref uuid, p_period integer, p_kind smallint, p_corrected uuid, p_amount bigint, p_reason text, p_actor uuid, p_request uuid
) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_wrong ledger.transfer;
  v_corrected numeric;
begin
  select * into v_wrong from ledger.transfer x where x.period = p_period and x.kind = p_kind and x.ref = p_corrected;
  if not found then
    raise exception 'the transfer to correct does not exist'
      using errcode = 'foreign_key_violation', constraint = 'transfer_exists';
  end if;
  -- Two corrections of one transfer wait for each other here, so that together they never exceed it.
  perform pg_advisory_xact_lock(hashtextextended(p_corrected::text, p_period));
  select coalesce(sum(x.amount), 0) into v_corrected
    from ledger.correction c join ledger.transfer x on x.period = c.period and x.kind = 1 and x.ref = c.ref
    where c.period = p_period and c.kind = p_kind and c.corrected_ref = p_corrected;
  if v_corrected + p_amount > v_wrong.amount then
    raise exception 'corrections would exceed the transfer' using errcode = 'check_violation', constraint = 'correction_within_transfer';
  end if;
  perform ledger.post(p_period, 1::smallint, array[p_ref], array[v_wrong.credit], array[v_wrong.debit], array[p_amount],
    array[p_actor], array[p_request]);
  insert into ledger.correction (ref, period, kind, corrected_ref, reason) values (p_ref, p_period, p_kind, p_corrected, p_reason);
end $$;
--> statement-breakpoint
create index correction_of on ledger.correction (period, kind, corrected_ref);
--> statement-breakpoint
select ledger.open_accounts(array['house/fees', 'house/suspense'], null, array[null, null]::text[], 3::smallint, true);
--> statement-breakpoint
select ledger.open_accounts(array['house/capital'], null, array[null]::text[], 3::smallint, false);
--> statement-breakpoint
revoke all on all functions in schema ledger from public;
--> statement-breakpoint
grant execute on function
  ledger.ensure_period, ledger.open_accounts, ledger.lock_free_accounts, ledger.post, ledger.post_by_code,
  ledger.account_id, ledger.find_transfer, ledger.correct
  to closebell_application;
--> statement-breakpoint
grant select on all tables in schema ledger to closebell_application, closebell_readonly;
