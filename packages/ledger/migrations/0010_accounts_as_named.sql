-- What an account is follows from its code, whoever opens it: users' and rounds' never go below zero, and a user's is his own. The
-- house's were opened with the books, and there are no others.
create or replace function ledger.open_accounts(
  p_codes text[], p_owner uuid, p_purposes text[], p_lock_rank smallint, p_floored boolean)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (
    select from unnest(p_codes, p_purposes) as t (code, purpose)
    where (case p_lock_rank
      when 1 then p_floored and t.code = concat_ws('/', 'user', p_owner, t.purpose)
      when 2 then p_floored and p_owner is null and t.code like 'round/%'
      when 4 then not p_floored and p_owner is null and t.code like 'custody/%'
    end) is not true
  ) then
    raise exception 'an account of this code has another owner, rank or floor'
      using errcode = 'check_violation', constraint = 'account_as_named';
  end if;
  insert into ledger.account (id, code, owner, purpose, lock_rank, floored) overriding system value
  select case p_lock_rank when 2 then nextval('ledger.unlisted_account_id') else nextval('ledger.account_id_seq') end,
    t.code, p_owner, t.purpose, p_lock_rank, p_floored
  from unnest(p_codes, p_purposes) as t (code, purpose)
  on conflict (code) do nothing;
end $$;
