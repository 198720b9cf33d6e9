-- Runs as closebell_owner. What it creates later, in any room, is closed to everyone but those named here.
alter default privileges revoke execute on functions from public;
--> statement-breakpoint
alter default privileges grant usage on schemas to closebell_application, closebell_readonly;
--> statement-breakpoint
alter default privileges grant select on tables to closebell_readonly;
--> statement-breakpoint
create schema clock;
--> statement-breakpoint
-- The row that makes a database a sandbox. It can only come into being here, in the migration that creates the table.
create table clock.sandbox (
  id smallint primary key default 1 constraint sandbox_is_one_row check (id = 1),
  at timestamptz not null constraint sandbox_at_is_finite check (isfinite(at))
);
--> statement-breakpoint
insert into clock.sandbox (at)
select setting::timestamptz
from nullif(current_setting('closebell.sandbox_now', true), '') as setting
where setting is not null;
--> statement-breakpoint
create function clock.refuse_sandbox_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'a database is a sandbox from its creation or never'
    using errcode = 'restrict_violation', constraint = 'clock_sandbox_only';
end $$;
--> statement-breakpoint
create trigger sandbox_never_comes_or_goes before insert or delete on clock.sandbox
  for each row execute function clock.refuse_sandbox_change();
--> statement-breakpoint
create trigger sandbox_never_truncated before truncate on clock.sandbox
  for each statement execute function clock.refuse_sandbox_change();
--> statement-breakpoint
create function clock.refuse_backwards() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.at < old.at then
    raise exception 'the clock only moves forward: it says %, later than %', old.at, new.at
      using errcode = 'restrict_violation', constraint = 'clock_forward_only';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger sandbox_only_forward before update on clock.sandbox
  for each row execute function clock.refuse_backwards();
--> statement-breakpoint
create function clock.is_sandbox() returns boolean
language sql stable
return exists (select from clock.sandbox);
--> statement-breakpoint
-- Bodies in SQL's own syntax are bound to their tables when created, so they need no search_path.
-- Stable, so that one statement compares everything with one instant; the next statement asks again.
do $$
begin
  if clock.is_sandbox() then
    create function clock.now() returns timestamptz
    language sql stable
    return (select at from clock.sandbox);
  else
    create function clock.now() returns timestamptz
    language sql stable
    return clock_timestamp();
  end if;
end $$;
--> statement-breakpoint
create function clock.move("to" timestamptz) returns timestamptz
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update clock.sandbox set at = $1;
  if not found then
    raise exception 'only a sandbox has a clock to move'
      using errcode = 'restrict_violation', constraint = 'clock_sandbox_only';
  end if;
  return $1;
end $$;
--> statement-breakpoint
grant select on clock.sandbox to closebell_application;
--> statement-breakpoint
grant execute on function clock.now(), clock.is_sandbox() to closebell_application, closebell_readonly;
--> statement-breakpoint
grant execute on function clock.move(timestamptz) to closebell_application;
