create table database.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock.now(),
  actor uuid not null,
  actor_name text not null,
  action text not null constraint audit_action_is_named check (action <> ''),
  subject text not null,
  reason text,
  request_id uuid not null,
  before jsonb,
  after jsonb
);
--> statement-breakpoint
create index audit_subject on database.audit (subject, id);
--> statement-breakpoint
create function database.refuse_audit_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'the audit log is only ever added to'
    using errcode = 'restrict_violation', constraint = 'audit_append_only';
end $$;
--> statement-breakpoint
create trigger audit_append_only before update or delete on database.audit
  for each row execute function database.refuse_audit_change();
--> statement-breakpoint
create trigger audit_never_truncated before truncate on database.audit
  for each statement execute function database.refuse_audit_change();
--> statement-breakpoint
grant usage on schema database to closebell_application, closebell_readonly;
--> statement-breakpoint
grant select on database.audit to closebell_application;
--> statement-breakpoint
-- Not `at`: nobody who writes to the log chooses its time.
grant insert (actor, actor_name, action, subject, reason, request_id, before, after)
  on database.audit to closebell_application;
