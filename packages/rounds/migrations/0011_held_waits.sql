-- A round that is held is never voided because its sources are silent: that takes two people, as any outcome by hand.
create or replace function rounds.demand_two_for_round() returns trigger
language plpgsql set search_path = pg_catalog as $$
declare
  v_name text := new.market || '/' || new.code;
  v_exchange text;
begin
  if new.lock_at is distinct from old.lock_at or new.lock_approval is distinct from old.lock_approval then
    select m.exchange into v_exchange from rounds.market m where m.code = new.market;
    if new.lock_approval is null or new.lock_at is not distinct from old.lock_at or not (
      database.approval_used(new.lock_approval, 'round.lock', v_name)
      or exists (select from rounds.calendar_exception e
        where e.exchange = v_exchange and e.approval = new.lock_approval
          and database.approval_used(e.approval,
            case e.kind when 'closed' then 'calendar.cancel' else 'calendar.close-at' end, e.exchange || '/' || to_char(e.date, 'YYYY-MM-DD')))) then
      raise exception 'moving a lock takes two people'
        using errcode = 'check_violation', constraint = 'round_lock_takes_two';
    end if;
  end if;
  if new.outcome_approval is distinct from old.outcome_approval
    and (old.outcome is not null or new.outcome is null
      or not coalesce(database.approval_used(new.outcome_approval, 'round.settle', v_name), false)) then
    raise exception 'an approval is named with the outcome it was given for'
      using errcode = 'check_violation', constraint = 'round_outcome_takes_two';
  end if;
  if old.outcome is null and new.outcome is not null and new.outcome_approval is null and not (
    (new.close is not null and new.previous_close is not null)
    or (coalesce(new.void_reason, '') = 'ORACLE_TIMEOUT' and old.held_reason is null)
    or (coalesce(new.void_reason, '') = 'CANCELLED_SESSION' and exists (
      select from rounds.calendar_exception e join rounds.market m on m.exchange = e.exchange
      where m.code = new.market and e.date = new.closing_date and e.kind = 'closed'))) then
    raise exception 'an outcome by hand takes two people'
      using errcode = 'check_violation', constraint = 'round_outcome_takes_two';
  end if;
  return new;
end $$;
