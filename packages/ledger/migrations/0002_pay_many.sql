-- Posts transfers from one account to many, all of them or none, as ledger.post would, and cheaper: the accounts credited
-- must come before the one debited in the order of locks. All are locked after the transfers are written, and the one
-- debited, which everybody waits for, last. Transfers that are there already with the same content are left alone. Returns how many were new.
create function ledger.pay_many(
  p_period integer, p_kind smallint, p_debit bigint, p_refs uuid[], p_credits bigint[], p_amounts bigint[],
  p_actor uuid, p_request uuid
) returns integer
language plpgsql security definer
-- whatever statistics say of a new partition: a few thousand rows are looked up by key
set search_path = pg_catalog set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare
  v_now timestamptz := clock.now();
  v_accounts bigint[];
  v_sums bigint[];
  v_rank smallint;
  v_locked integer;
begin
  if not exists (select from ledger.transfer_kind k where k.id = p_kind) then
    raise exception 'transfer kind % is not registered', p_kind using errcode = 'foreign_key_violation';
  end if;
  select a.lock_rank into strict v_rank from ledger.account a where a.id = p_debit;
  select array_agg(t.account order by t.account), array_agg(t.amount order by t.account) into v_accounts, v_sums
    from (select u.credit as account, sum(u.amount)::bigint as amount
          from unnest(p_credits, p_amounts) as u (credit, amount) group by u.credit) t;
  begin
    insert into ledger.transfer (period, kind, ref, debit, credit, amount, actor, request, posted_at)
      select p_period, p_kind, t.ref, p_debit, t.credit, t.amount, p_actor, p_request, v_now
      from unnest(p_refs, p_credits, p_amounts) as t (ref, credit, amount);
  exception when unique_violation then
    return ledger.post(p_period, p_kind, p_refs, array_fill(p_debit, array[cardinality(p_refs)]), p_credits, p_amounts,
      array_fill(p_actor, array[cardinality(p_refs)]), array_fill(p_request, array[cardinality(p_refs)]));
  end;
  perform from ledger.account a
    where a.id = any (v_accounts) and a.lock_rank < v_rank
    order by a.lock_rank, a.id
    for no key update;
  get diagnostics v_locked = row_count;
  if v_locked <> coalesce(cardinality(v_accounts), 0) then
    raise exception 'an account to credit does not exist, or is locked after the one to debit'
      using errcode = 'foreign_key_violation', constraint = 'account_exists';
  end if;
  update ledger.account a set balance = a.balance + t.amount
    from unnest(v_accounts, v_sums) as t (account, amount) where a.id = t.account;
  update ledger.account a set balance = a.balance - (select coalesce(sum(t.amount), 0) from unnest(v_sums) as t (amount))
    where a.id = p_debit;
  return cardinality(p_refs);
end $$;
--> statement-breakpoint
revoke all on function ledger.pay_many from public;
--> statement-breakpoint
grant execute on function ledger.pay_many to closebell_application;
