-- Nobody makes an API key in another's name: what it does would be on record as theirs. Processes of the service make those of a sandbox.
create function identity.demand_own_key() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.created_by = new.user_id or exists (select from identity.user u where u.id = new.created_by and u.kind = 'system') then
    return new;
  end if;
  raise exception 'an API key is made by whose it is' using errcode = 'check_violation', constraint = 'api_key_made_by_owner';
end $$;
--> statement-breakpoint
create trigger made_by_owner before insert on identity.api_key
  for each row execute function identity.demand_own_key();
