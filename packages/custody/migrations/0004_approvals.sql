-- Above the amount that was approved by itself at that time, a withdrawal names the approval of a second person.
alter table custody.withdrawal
  add column approved_up_to bigint,
  add column approval uuid constraint withdrawal_approval_once unique references database.approval;
--> statement-breakpoint
comment on column custody.withdrawal.approved_up_to is 'Up to which amount one was enough to approve it, when it was.';
--> statement-breakpoint
create function custody.demand_two() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
  if old.state = 'REQUESTED' and new.state = 'APPROVED' then
    if new.approval is null and new.amount <= new.approved_up_to
      or coalesce(database.approval_used(new.approval, 'withdrawal.approve', 'withdrawal/' || new.id), false) then
      return new;
    end if;
  elsif (new.approval, new.approved_up_to) is not distinct from (old.approval, old.approved_up_to) then
    return new;
  end if;
  raise exception 'a withdrawal above the threshold takes two people'
    using errcode = 'check_violation', constraint = 'withdrawal_takes_two';
end $$;
--> statement-breakpoint
create trigger two_people before update of state, approval, approved_up_to on custody.withdrawal
  for each row execute function custody.demand_two();
--> statement-breakpoint
grant update (approval, approved_up_to) on custody.withdrawal to closebell_application;
