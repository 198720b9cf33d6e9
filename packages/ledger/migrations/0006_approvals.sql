-- A correction names the approval of a second person. Those that were posted before had none.
alter table ledger.correction
  add column approval uuid constraint correction_approval_once unique references database.approval,
  add constraint correction_takes_two check (approval is not null) not valid;
--> statement-breakpoint
drop function ledger.correct(uuid, integer, smallint, uuid, bigint, text, uuid, uuid);
--> statement-breakpoint
-- Reverses a transfer (wholly, or up to p_amount) by a new one that names it. The approval is one that this transaction used.
create function ledger.correct(
  p_ref uuid, p_period integer, p_kind smallint, p_corrected uuid, p_amount bigint, p_reason text, p_actor uuid, p_request uuid,
  p_approval uuid
) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_wrong ledger.transfer;
  v_corrected numeric;
  v_kind text;
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
  perform ledger.post(p_period, 1::smallint, array[p_ref], array[v_wrong.credit], array[v_wrong.debit], array[p_amount],
    array[p_actor], array[p_request]);
  insert into ledger.correction (ref, period, kind, corrected_ref, reason, approval)
    values (p_ref, p_period, p_kind, p_corrected, p_reason, p_approval);
end $$;
--> statement-breakpoint
revoke all on function ledger.correct from public;
--> statement-breakpoint
grant execute on function ledger.correct to closebell_application;
