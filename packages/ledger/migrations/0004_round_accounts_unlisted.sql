-- Statements are for users, the house and custody. Half of all transfers' entries in these two indexes were of rounds'
-- accounts, whose transfers are found by what they are for: accounts of rank 2 opened from now on have ids below zero, which
-- the indexes leave out. One insertion less for each bet and each payout. Those that were opened before stay in.
create sequence ledger.unlisted_account_id increment by -1 start with -1;
--> statement-breakpoint
drop index ledger.transfer_debit;
--> statement-breakpoint
drop index ledger.transfer_credit;
--> statement-breakpoint
create index transfer_debit on ledger.transfer (debit, id) where debit > 0;
--> statement-breakpoint
create index transfer_credit on ledger.transfer (credit, id) where credit > 0;
--> statement-breakpoint
create or replace function ledger.open_accounts(
  p_codes text[], p_owner uuid, p_purposes text[], p_lock_rank smallint, p_floored boolean)
returns void
language sql security definer set search_path = pg_catalog as $$
  insert into ledger.account (id, code, owner, purpose, lock_rank, floored) overriding system value
  select case p_lock_rank when 2 then nextval('ledger.unlisted_account_id') else nextval('ledger.account_id_seq') end,
    t.code, p_owner, t.purpose, p_lock_rank, p_floored
  from unnest(p_codes, p_purposes) as t (code, purpose)
  on conflict (code) do nothing;
$$;
