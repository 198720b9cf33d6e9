-- What comes in beyond a user's own limit, or while he may not play, is held: he may withdraw it, and bet it once that is
-- within his limits and he asks for it.
select ledger.register_kind(54::smallint, 'deposit-hold'),
  ledger.register_kind(55::smallint, 'deposit-release-hold'),
  ledger.register_kind(56::smallint, 'held-use'),
  ledger.register_kind(57::smallint, 'withdrawal-request-held'),
  ledger.register_kind(58::smallint, 'withdrawal-return-held');
--> statement-breakpoint
select protection.count_kind(40::smallint, 'deposit'),
  protection.count_kind(48::smallint, 'deposit'),
  protection.count_kind(54::smallint, 'held-deposit'),
  protection.count_kind(55::smallint, 'held-deposit'),
  protection.count_kind(56::smallint, 'held-use'),
  protection.count_kind(45::smallint, 'withdrawal');
--> statement-breakpoint
alter table custody.deposit
  add column held boolean not null default false,
  add constraint deposit_held_when_credited check (not held or credited_at is not null);
--> statement-breakpoint
-- Of its amount, what came out of the held account, and goes back there.
alter table custody.withdrawal
  add column from_held bigint not null default 0,
  add constraint withdrawal_from_held_within check (from_held between 0 and amount);
--> statement-breakpoint
create function custody.guard_held() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'where the money of %.% went never changes', tg_table_schema, tg_table_name
    using errcode = 'check_violation', constraint = tg_table_name || '_held_fixed';
end $$;
--> statement-breakpoint
create trigger guard_held before update of held on custody.deposit for each row
  when (old.credited_at is not null and new.held is distinct from old.held) execute function custody.guard_held();
--> statement-breakpoint
create trigger guard_held before update of from_held on custody.withdrawal for each row
  when (new.from_held is distinct from old.from_held) execute function custody.guard_held();
--> statement-breakpoint
create table custody.held_use (
  id uuid primary key,
  user_id uuid not null references identity.user,
  amount bigint not null constraint held_use_amount_positive check (amount > 0),
  idempotency_key text not null
    constraint held_use_key_form check (idempotency_key <> '' and length(idempotency_key) <= 200),
  created_at timestamptz not null,
  constraint held_use_once unique (user_id, idempotency_key)
);
--> statement-breakpoint
create trigger append_only before update or delete on custody.held_use
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on custody.held_use
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
grant select on custody.held_use to closebell_application, closebell_readonly;
--> statement-breakpoint
grant insert on custody.held_use to closebell_application;
--> statement-breakpoint
grant update (held) on custody.deposit to closebell_application;
