-- Posts transfers by account id: all of them or none. A transfer whose (period, kind, ref) is already there with the
-- same content is left alone; with other content the call fails. Returns how many were new.
create or replace function ledger.post(
  p_period integer, p_kind smallint, p_refs uuid[], p_debits bigint[], p_credits bigint[], p_amounts bigint[],
  p_actors uuid[], p_requests uuid[]
) returns integer
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_now timestamptz := clock.now();
  v_posted integer;
  v_locked bigint;
begin
  if not exists (select from ledger.transfer_kind k where k.id = p_kind) then
    raise exception 'transfer kind % is not registered', p_kind using errcode = 'foreign_key_violation';
  end if;
  perform from ledger.account a
    where a.id = any (p_debits || p_credits)
    order by a.lock_rank, a.id
    for no key update;
  get diagnostics v_locked = row_count;
  if v_locked <> (select count(distinct t.id) from unnest(p_debits || p_credits) as t (id)) then
    raise exception 'a transfer names an account that does not exist'
      using errcode = 'foreign_key_violation', constraint = 'account_exists';
  end if;
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
-- Posts transfers that are new, all or none: one whose (period, kind, ref) is in the books fails the call. The caller has
-- locked the debited accounts, each of them once, and says where lock_owners found their rows; those credited are locked here.
create or replace function ledger.post_new(
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
  if not coalesce(p_credits <@ v_accounts, false) then
    raise exception 'a transfer names an account that does not exist'
      using errcode = 'foreign_key_violation', constraint = 'account_exists';
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
-- Between which accounts a correction of a transfer moves money: back the way it came. A round's account holds what its bets
-- come to, no more and no less, whatever is found wrong later: the house's capital stands in for it.
create function ledger.correction_of(p_transfer ledger.transfer, out debit bigint, out credit bigint)
language sql stable set search_path = pg_catalog as $$
  select case when c.lock_rank = 2 then ledger.account_id('house/capital') else c.id end,
    case when d.lock_rank = 2 then ledger.account_id('house/capital') else d.id end
  from ledger.account d, ledger.account c where d.id = p_transfer.debit and c.id = p_transfer.credit
$$;
--> statement-breakpoint
-- Reverses a transfer (wholly, or up to p_amount) by a new one that names it. The approval is one that this transaction used.
create or replace function ledger.correct(
  p_ref uuid, p_period integer, p_kind smallint, p_corrected uuid, p_amount bigint, p_reason text, p_actor uuid, p_request uuid,
  p_approval uuid
) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_wrong ledger.transfer;
  v_corrected numeric;
  v_kind text;
  v_debit bigint;
  v_credit bigint;
begin
  select k.name into v_kind from ledger.transfer_kind k where k.id = p_kind;
  if not coalesce(database.approval_used(p_approval, 'transfer.correct', v_kind || '/' || p_corrected), false) then
    raise exception 'a correction takes two people' using errcode = 'check_violation', constraint = 'correction_takes_two';
  end if;
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
  select o.debit, o.credit into v_debit, v_credit from ledger.correction_of(v_wrong) o;
  if v_debit = v_credit then
    raise exception 'a transfer between accounts of a round is not corrected'
      using errcode = 'check_violation', constraint = 'correction_outside_rounds';
  end if;
  perform ledger.post(p_period, 1::smallint, array[p_ref], array[v_debit], array[v_credit], array[p_amount],
    array[p_actor], array[p_request]);
  insert into ledger.correction (ref, period, kind, corrected_ref, reason, approval)
    values (p_ref, p_period, p_kind, p_corrected, p_reason, p_approval);
end $$;
--> statement-breakpoint
revoke all on function ledger.correction_of from public;
--> statement-breakpoint
grant execute on function ledger.correction_of to closebell_application;
