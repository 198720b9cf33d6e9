-- One that was approved goes to review only while no payment of it has a number, as one that was sent.
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
  if (new.state in ('FAILED', 'REJECTED') or (old.state, new.state) in (('APPROVED', 'NEEDS_REVIEW'), ('BROADCAST', 'NEEDS_REVIEW'))) and exists (
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
