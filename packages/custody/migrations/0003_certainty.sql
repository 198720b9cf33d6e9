-- A chain's name is an operator's word; what it stands for is recorded when the chain is first read, for ever.
alter table custody.chain add column asset text constraint chain_asset_given check (asset <> '');
--> statement-breakpoint
comment on column custody.chain.asset is 'Which token on which chain; null until it was first read.';
--> statement-breakpoint
create function custody.guard_chain() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.asset is null or new.asset is not distinct from old.asset then
    return new;
  end if;
  raise exception 'the name % stands for % in these books, for ever', old.name, old.asset
    using errcode = 'check_violation', constraint = 'chain_fixed';
end $$;
--> statement-breakpoint
create trigger guard before update of asset on custody.chain
  for each row execute function custody.guard_chain();
--> statement-breakpoint
grant update (asset) on custody.chain to closebell_application;
--> statement-breakpoint
-- A payment whose number is another's may still have paid: by a transaction that the database has lost.
create or replace function custody.guard_withdrawal() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'REQUESTED' then
      raise exception 'a withdrawal begins as REQUESTED, not %', new.state
        using errcode = 'check_violation', constraint = 'withdrawal_transition';
    end if;
    return new;
  end if;
  if (new.id, new.user_id, new.chain, new.to_address, new.amount, new.idempotency_key, new.created_at)
    is distinct from (old.id, old.user_id, old.chain, old.to_address, old.amount, old.idempotency_key, old.created_at) then
    raise exception 'what a withdrawal pays, to whom and for whom never changes'
      using errcode = 'check_violation', constraint = 'withdrawal_fixed';
  end if;
  if new.state = old.state then
    return new;
  end if;
  if (old.state, new.state) not in (
    ('REQUESTED', 'APPROVED'), ('REQUESTED', 'REJECTED'),
    ('APPROVED', 'SIGNED'), ('APPROVED', 'REJECTED'), ('APPROVED', 'NEEDS_REVIEW'),
    ('SIGNED', 'BROADCAST'), ('BROADCAST', 'MINED'), ('BROADCAST', 'FAILED'), ('BROADCAST', 'NEEDS_REVIEW'),
    ('MINED', 'BROADCAST'), ('MINED', 'CONFIRMED'), ('MINED', 'NEEDS_REVIEW'),
    ('NEEDS_REVIEW', 'APPROVED'), ('NEEDS_REVIEW', 'FAILED')
  ) then
    raise exception 'a withdrawal cannot go from % to %', old.state, new.state
      using errcode = 'check_violation', constraint = 'withdrawal_transition';
  end if;
  if (new.state in ('FAILED', 'REJECTED') or (old.state, new.state) = ('BROADCAST', 'NEEDS_REVIEW')) and exists (
    select from custody.payment p where p.withdrawal = new.id and (p.outcome is null or p.outcome = 'SUCCEEDED')
  ) then
    raise exception 'the money of a withdrawal stays held while a payment of it may be mined'
      using errcode = 'check_violation', constraint = 'withdrawal_not_payable';
  end if;
  if new.state = 'CONFIRMED' and not exists (
    select from custody.payment p where p.withdrawal = new.id and p.outcome = 'SUCCEEDED'
  ) then
    raise exception 'a withdrawal is confirmed by a payment that has succeeded for good'
      using errcode = 'check_violation', constraint = 'withdrawal_paid';
  end if;
  return new;
end $$;
