-- When a process of the service last said that it lives. Real time, also in a sandbox, whose own clock stands still.
create table database.heartbeat (
  name text primary key constraint heartbeat_has_a_name check (name <> ''),
  at timestamptz not null default clock_timestamp()
);
--> statement-breakpoint
grant select, insert (name), update (at) on database.heartbeat to closebell_application;
