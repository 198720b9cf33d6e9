-- A code never changes, so its form is the column's: a constraint of the table was read and asked again at every change of
-- a balance.
create domain ledger.account_code as text
  constraint account_code_form check (value ~ '^[a-z]+(/[a-z0-9.-]+)+$' and length(value) <= 120);
--> statement-breakpoint
drop trigger identity_fixed on ledger.account;
--> statement-breakpoint
alter table ledger.account drop constraint account_code_form, alter column code type ledger.account_code;
--> statement-breakpoint
create trigger identity_fixed before update of id, code, owner, purpose, lock_rank, floored on ledger.account
  for each statement execute function ledger.refuse_change();
--> statement-breakpoint
drop function ledger.lock_owners;
--> statement-breakpoint
-- Locks the owners' accounts for one purpose: the position of each in `p_owners`, its account, where its row stands and its
-- balance, by account. Those that another transaction holds are left out, so nobody waits and any order will do; where
-- `p_patience_ms` is above 0 they are waited for so long, in the order of their ids.
create function ledger.lock_owners(
  p_owners uuid[], p_purpose text, p_patience_ms integer,
  out positions integer[], out accounts bigint[], out places tid[], out balances bigint[]
)
language plpgsql security definer
set search_path = pg_catalog
-- one plan for every call, by index, whatever the tables held when it was made
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
as $$
begin
  if p_patience_ms > 0 then
    perform set_config('lock_timeout', p_patience_ms::text, true);
    perform from ledger.account a
      where a.owner = any (p_owners) and a.purpose = p_purpose order by a.id for no key update;
  end if;
  select array_agg(l.n), array_agg(l.id), array_agg(l.ctid), array_agg(l.balance)
    into positions, accounts, places, balances
  from (
    select t.n::integer as n, k.id, k.ctid, k.balance
    from unnest(p_owners) with ordinality as t (owner, n)
    -- one search an owner: as a join it was planned, while there were few, to read all accounts
    cross join lateral (
      select a.id, a.ctid, a.balance from ledger.account a
      where a.owner = t.owner and a.purpose = p_purpose
      order by a.owner, a.purpose limit 1
      for no key update skip locked) k
    order by k.id) l;
end $$;
--> statement-breakpoint
drop function ledger.post_new;
--> statement-breakpoint
-- Posts transfers that are new, all or none: one whose (period, kind, ref) is in the books fails the call. The caller has
-- locked the debited accounts, each of them once, and says where lock_owners found their rows; those credited are locked here.
create function ledger.post_new(
  p_period integer, p_kind smallint, p_refs uuid[], p_debits bigint[], p_places tid[], p_credits bigint[], p_amounts bigint[],
  p_actors uuid[], p_requests uuid[], p_at timestamptz
) returns void
language plpgsql security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_known boolean;
  v_accounts bigint[];
  v_places tid[];
  v_gains bigint[];
  v_changed bigint;
begin
  select exists (select from ledger.transfer_kind k where k.id = p_kind),
      array_agg(c.id), array_agg(c.ctid), array_agg(-c.gain)
    into v_known, v_accounts, v_places, v_gains
  from (
    select a.id, a.ctid, g.gain
    from (select t.credit, sum(t.amount)::bigint as gain from unnest(p_credits, p_amounts) as t (credit, amount)
          group by t.credit) g
    -- by search for each: with a plain equality all accounts may be read, in order
    join ledger.account a on a.id = any (array[g.credit])
    order by a.lock_rank, a.id for no key update of a) c;
  if not v_known then
    raise exception 'transfer kind % is not registered', p_kind using errcode = 'foreign_key_violation';
  end if;
  insert into ledger.transfer (period, kind, ref, debit, credit, amount, actor, request, posted_at)
    select p_period, p_kind, t.ref, t.debit, t.credit, t.amount, t.actor, t.request, p_at
    from unnest(p_refs, p_debits, p_credits, p_amounts, p_actors, p_requests)
      as t (ref, debit, credit, amount, actor, request);
  update ledger.account a set balance = a.balance - m.amount
    from unnest(p_places || v_places, p_debits || v_accounts, p_amounts || v_gains) as m (place, account, amount)
    where a.ctid = m.place and a.id = m.account;
  get diagnostics v_changed = row_count;
  if v_changed <> cardinality(p_debits) + cardinality(v_accounts) then
    raise exception '% of % balances were changed', v_changed, cardinality(p_debits) + cardinality(v_accounts)
      using errcode = 'data_corrupted';
  end if;
end $$;
--> statement-breakpoint
revoke all on function ledger.lock_owners, ledger.post_new from public;
--> statement-breakpoint
grant execute on function ledger.lock_owners, ledger.post_new to closebell_application;
