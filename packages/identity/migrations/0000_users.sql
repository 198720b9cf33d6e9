create schema identity;
--> statement-breakpoint
grant usage on schema identity to closebell_application, closebell_readonly;
--> statement-breakpoint
create table identity.user (
  id uuid primary key,
  kind text not null constraint user_kind_known check (kind in ('player', 'operator', 'system')),
  handle text constraint user_handle_form check (handle ~ '^[A-Za-z0-9]([A-Za-z0-9._@-]{0,62}[A-Za-z0-9])?$'),
  created_at timestamptz not null
);
--> statement-breakpoint
-- Per kind: a player who calls himself like an operator must not become, or lock out, that operator.
create unique index user_handle_unique on identity.user (kind, lower(handle));
--> statement-breakpoint
create function identity.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% on identity.user is refused: transfers and the audit log name its rows', tg_op
    using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger permanent before delete on identity.user
  for each row execute function identity.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on identity.user
  for each statement execute function identity.refuse_change();
--> statement-breakpoint
create trigger identity_fixed before update of id, kind, created_at on identity.user
  for each row execute function identity.refuse_change();
--> statement-breakpoint
-- The ids are those of SYSTEM_ACTORS in the context room.
insert into identity.user (id, kind, handle, created_at) values
  ('00000000-0000-7000-8000-000000000001', 'system', 'migration', clock.now()),
  ('00000000-0000-7000-8000-000000000002', 'system', 'scheduler', clock.now()),
  ('00000000-0000-7000-8000-000000000003', 'system', 'chain', clock.now()),
  ('00000000-0000-7000-8000-000000000004', 'system', 'anonymous', clock.now());
--> statement-breakpoint
grant select, insert on identity.user to closebell_application;
--> statement-breakpoint
grant select on identity.user to closebell_readonly;
