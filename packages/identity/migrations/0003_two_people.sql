-- The two people of an approval are users, and neither of them is a player.
alter table database.approval
  add constraint approval_asked_by_user foreign key (requested_by) references identity.user,
  add constraint approval_decided_by_user foreign key (decided_by) references identity.user;
--> statement-breakpoint
create function identity.demand_staff() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from identity.user u where u.id in (new.requested_by, new.decided_by) and u.kind = 'player') then
    raise exception 'what takes two people is not for players'
      using errcode = 'check_violation', constraint = 'approval_by_staff';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger staff_only before insert or update of decided_by on database.approval
  for each row execute function identity.demand_staff();
