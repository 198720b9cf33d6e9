-- A role is called operator, so whoever works here is a member of staff. Who a user is never changes: this only renames it.
alter table identity.user disable trigger identity_fixed;
--> statement-breakpoint
alter table identity.user drop constraint user_kind_known;
--> statement-breakpoint
update identity.user set kind = 'staff' where kind = 'operator';
--> statement-breakpoint
alter table identity.user
  add constraint user_kind_known check (kind in ('player', 'staff', 'system')),
  add constraint user_id_kind unique (id, kind);
--> statement-breakpoint
alter table identity.user enable trigger identity_fixed;
--> statement-breakpoint
create table identity.user_role (
  id bigint generated always as identity primary key,
  user_id uuid not null,
  -- so that only staff can have a role; a player's and a process's follow from what they are
  kind text not null generated always as ('staff') stored,
  role text not null constraint user_role_known check (role in ('support', 'operator', 'treasurer', 'admin')),
  granted_by uuid not null references identity.user (id),
  granted_at timestamptz not null,
  revoked_by uuid references identity.user (id),
  revoked_at timestamptz,
  constraint user_role_of_staff foreign key (user_id, kind) references identity.user (id, kind),
  constraint user_role_granted_by_another check (granted_by <> user_id),
  constraint user_role_revoked_by_another check (revoked_by <> user_id),
  constraint user_role_revoked_by_somebody check ((revoked_by is null) = (revoked_at is null))
);
--> statement-breakpoint
create unique index user_role_once on identity.user_role (user_id, role) where revoked_at is null;
--> statement-breakpoint
-- Once there is an admin there is always one, whatever admins do to each other at once.
create function identity.keep_an_admin() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(4215338072);
  if not exists (select from identity.user_role where role = 'admin' and revoked_at is null) then
    raise exception 'somebody must stay an admin' using errcode = 'restrict_violation', constraint = 'user_role_admin_left';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger admin_left after update on identity.user_role
  for each row when (old.role = 'admin' and old.revoked_at is null and new.revoked_at is not null)
  execute function identity.keep_an_admin();
--> statement-breakpoint
create table identity.api_key (
  id uuid primary key,
  user_id uuid not null references identity.user (id),
  name text not null constraint api_key_name_form check (length(name) between 1 and 100),
  -- SHA-256 of 32 random bytes: nothing to guess, so nothing to slow down
  secret_hash bytea not null constraint api_key_secret_hash_form check (octet_length(secret_hash) = 32),
  scopes text[] not null,
  created_by uuid not null references identity.user (id),
  created_at timestamptz not null,
  expires_at timestamptz not null constraint api_key_expires_after check (expires_at > created_at),
  last_used_at timestamptz,
  revoked_by uuid references identity.user (id),
  revoked_at timestamptz,
  constraint api_key_revoked_by_somebody check ((revoked_by is null) = (revoked_at is null)),
  constraint api_key_credentials_never check (not 'own:credentials' = any (scopes))
);
--> statement-breakpoint
create index api_key_of_user on identity.api_key (user_id, id desc);
--> statement-breakpoint
-- One-time tokens, each traded for a member of staff's first API key, or for the very first admin where it names nobody.
create table identity.staff_claim (
  id uuid primary key,
  user_id uuid,
  kind text not null generated always as ('staff') stored,
  token_hash bytea not null unique constraint staff_claim_token_hash_form check (octet_length(token_hash) = 32),
  created_by uuid not null references identity.user (id),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint staff_claim_of_staff foreign key (user_id, kind) references identity.user (id, kind)
);
--> statement-breakpoint
create index staff_claim_of_user on identity.staff_claim (user_id) where used_at is null;
--> statement-breakpoint
create function identity.refuse_undoing() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% on identity.% is refused: what was revoked or used stays so', tg_op, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create trigger revoked_stays before update on identity.user_role
  for each row when (old.revoked_at is not null) execute function identity.refuse_undoing();
--> statement-breakpoint
create trigger revoked_stays before update on identity.api_key
  for each row when (old.revoked_at is not null) execute function identity.refuse_undoing();
--> statement-breakpoint
create trigger used_stays before update on identity.staff_claim
  for each row when (old.used_at is not null) execute function identity.refuse_undoing();
--> statement-breakpoint
grant select, insert, update (revoked_by, revoked_at) on identity.user_role to closebell_application;
--> statement-breakpoint
grant select, insert, update (revoked_by, revoked_at, last_used_at) on identity.api_key to closebell_application;
--> statement-breakpoint
grant select, insert, update (used_at) on identity.staff_claim to closebell_application;
--> statement-breakpoint
revoke select on identity.api_key, identity.staff_claim from closebell_readonly;
