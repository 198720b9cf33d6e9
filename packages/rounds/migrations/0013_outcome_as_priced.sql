-- Prices give an outcome without a second person only where they give this one: naming some was enough, for any outcome.
create or replace function rounds.demand_two_for_round() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_name text := new.market || '/' || new.code;
  v_exchange text;
  v_side text := case when new.close > new.previous_close then 'UP' when new.close <= new.previous_close then 'DOWN' end;
  v_winning bigint := case v_side when 'UP' then new.pool_up else new.pool_down end;
  v_losing bigint := case v_side when 'UP' then new.pool_down else new.pool_up end;
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
    coalesce(case when v_winning = 0 and v_losing > 0 then new.void_reason = 'NO_WINNERS' else new.outcome = v_side end, false)
    or (coalesce(new.void_reason, '') = 'ORACLE_TIMEOUT' and old.held_reason is null)
    or (coalesce(new.void_reason, '') = 'CANCELLED_SESSION' and exists (
      select from rounds.calendar_exception e join rounds.market m on m.exchange = e.exchange
      where m.code = new.market and e.date = new.closing_date and e.kind = 'closed'))) then
    raise exception 'an outcome by hand takes two people'
      using errcode = 'check_violation', constraint = 'round_outcome_takes_two';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- What a round may cost was frozen with its rules.
alter table rounds.round add constraint round_fee_by_its_rules check (
  outcome is null or outcome = 'VOID'
  or fee = div((case outcome when 'UP' then pool_down else pool_up end)::numeric * fee_bps, 10000));
--> statement-breakpoint
-- All of it in the one step to SETTLING, which looks at it and after which it is fixed.
alter table rounds.round add constraint round_outcome_none_before check (
  outcome is null or state in ('SETTLING', 'SETTLED', 'VOID'));
