-- No query asks for a transfer by its id alone, and what makes a transfer unique is what it is for (docs/adr/0011).
alter table ledger.transfer drop constraint transfer_pkey;
--> statement-breakpoint
-- Once a statement: for each row it would lock every account anew before each change of a balance.
drop trigger identity_fixed on ledger.account;
--> statement-breakpoint
create trigger identity_fixed before update of id, code, owner, purpose, lock_rank, floored on ledger.account
  for each statement execute function ledger.refuse_change();
--> statement-breakpoint
-- Locks the owners' accounts for one purpose: the position of each in `p_owners`, its account and its balance, by account.
-- Those that another transaction holds are left out, so nobody waits and any order will do; where `p_patience_ms` is above 0
-- they are waited for so long, in the order of their ids.
create function ledger.lock_owners(
  p_owners uuid[], p_purpose text, p_patience_ms integer, out positions integer[], out accounts bigint[], out balances bigint[]
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
  select array_agg(l.n), array_agg(l.id), array_agg(l.balance) into positions, accounts, balances
  from (
    select t.n::integer as n, k.id, k.balance
    from unnest(p_owners) with ordinality as t (owner, n)
    -- one search an owner: as a join it was planned, while there were few, to read all accounts
    cross join lateral (
      select a.id, a.balance from ledger.account a
      where a.owner = t.owner and a.purpose = p_purpose
      order by a.owner, a.purpose limit 1
      for no key update skip locked) k
    order by k.id) l;
end $$;
--> statement-breakpoint
-- Posts transfers that are new, all or none: one whose (period, kind, ref) is in the books fails the call. The caller has
-- locked the debited accounts (lock_owners); those credited are locked here.
create function ledger.post_new(
  p_period integer, p_kind smallint, p_refs uuid[], p_debits bigint[], p_credits bigint[], p_amounts bigint[],
  p_actors uuid[], p_requests uuid[], p_at timestamptz
) returns void
language plpgsql security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  if not exists (select from ledger.transfer_kind k where k.id = p_kind) then
    raise exception 'transfer kind % is not registered', p_kind using errcode = 'foreign_key_violation';
  end if;
  insert into ledger.transfer (period, kind, ref, debit, credit, amount, actor, request, posted_at)
    select p_period, p_kind, t.ref, t.debit, t.credit, t.amount, t.actor, t.request, p_at
    from unnest(p_refs, p_debits, p_credits, p_amounts, p_actors, p_requests)
      as t (ref, debit, credit, amount, actor, request);
  perform from ledger.account a where a.id = any (p_credits) order by a.lock_rank, a.id for no key update;
  update ledger.account a set balance = a.balance + m.delta
    from (
      select s.account, sum(s.delta)::bigint as delta
      from (select t.debit as account, -t.amount as delta from unnest(p_debits, p_amounts) as t (debit, amount)
            union all select t.credit, t.amount from unnest(p_credits, p_amounts) as t (credit, amount)) s
      group by s.account) m
    -- by search for each: with a plain equality all accounts may be read, in order
    where a.id = any (array[m.account]);
end $$;
--> statement-breakpoint
revoke all on function ledger.lock_owners, ledger.post_new from public;
--> statement-breakpoint
grant execute on function ledger.lock_owners, ledger.post_new to closebell_application;
