create schema custody;
--> statement-breakpoint
grant usage on schema custody to closebell_application, closebell_readonly;
--> statement-breakpoint
select ledger.register_kind(40::smallint, 'deposit'),
  ledger.register_kind(41::smallint, 'deposit-reorg'),
  ledger.register_kind(42::smallint, 'deposit-restore'),
  ledger.register_kind(43::smallint, 'withdrawal-request'),
  ledger.register_kind(44::smallint, 'withdrawal-return'),
  ledger.register_kind(45::smallint, 'withdrawal-payment'),
  ledger.register_kind(46::smallint, 'credit');
--> statement-breakpoint
create function custody.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% on %.% is refused: what happened to money stays on record',
    tg_op, tg_table_schema, tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
--> statement-breakpoint
create table custody.chain (
  name text primary key constraint chain_name_form check (name ~ '^[a-z0-9][a-z0-9.-]{0,63}$'),
  next_index integer not null default 0 constraint chain_index_from_zero check (next_index >= 0)
);
--> statement-breakpoint
-- How far the deposits of a chain are read. Apart from custody.chain, so that a scan never waits for a new wallet.
create table custody.scan (
  chain text primary key references custody.chain,
  cursor text,
  claim uuid,
  claimed_until timestamptz,
  constraint scan_claim_whole check ((claim is null) = (claimed_until is null))
);
--> statement-breakpoint
comment on column custody.scan.claimed_until is
  'Real time, not clock.now(): a lease must end on a sandbox clock that stands still.';
--> statement-breakpoint
create table custody.wallet (
  user_id uuid not null references identity.user,
  chain text not null references custody.chain,
  index integer not null,
  address text not null constraint wallet_address_given check (address <> ''),
  created_at timestamptz not null,
  primary key (user_id, chain),
  constraint wallet_index_unique unique (chain, index),
  constraint wallet_address_unique unique (chain, address),
  constraint wallet_owner unique (chain, address, user_id)
);
--> statement-breakpoint
create index wallet_address_any_case on custody.wallet (lower(address));
--> statement-breakpoint
create trigger permanent before update or delete on custody.wallet
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on custody.wallet
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
create table custody.deposit (
  id uuid primary key,
  chain text not null,
  tx text not null constraint deposit_tx_given check (tx <> '' and length(tx) <= 200),
  log integer not null constraint deposit_log_from_zero check (log >= 0),
  address text not null,
  user_id uuid not null,
  amount bigint not null constraint deposit_amount_positive check (amount > 0),
  state text not null constraint deposit_state_known check (state in ('SEEN', 'CONFIRMED', 'CREDITED', 'REORGED')),
  created_at timestamptz not null,
  credited_at timestamptz,
  constraint deposit_once unique (chain, tx, log),
  constraint deposit_to_owner foreign key (chain, address, user_id) references custody.wallet (chain, address, user_id),
  constraint deposit_credited_when check (
    case state when 'CREDITED' then credited_at is not null when 'REORGED' then true else credited_at is null end)
);
--> statement-breakpoint
create index deposit_of_user on custody.deposit (user_id, id);
--> statement-breakpoint
create index deposit_not_credited on custody.deposit (state, created_at) where state <> 'CREDITED';
--> statement-breakpoint
create function custody.guard_deposit() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'SEEN' then
      raise exception 'a deposit begins as SEEN, not %', new.state
        using errcode = 'check_violation', constraint = 'deposit_transition';
    end if;
    return new;
  end if;
  if (new.id, new.chain, new.tx, new.log, new.address, new.user_id, new.amount, new.created_at)
    is distinct from (old.id, old.chain, old.tx, old.log, old.address, old.user_id, old.amount, old.created_at)
    or (old.credited_at is not null and new.credited_at is distinct from old.credited_at) then
    raise exception 'what a deposit is never changes, only its state'
      using errcode = 'check_violation', constraint = 'deposit_fixed';
  end if;
  if new.state = old.state or (old.state, new.state) in (
    ('SEEN', 'CONFIRMED'), ('SEEN', 'REORGED'), ('CONFIRMED', 'CREDITED'), ('CONFIRMED', 'REORGED'),
    ('CREDITED', 'REORGED')
  ) or (old.state = 'REORGED' and new.state = case when old.credited_at is null then 'SEEN' else 'CREDITED' end) then
    return new;
  end if;
  raise exception 'a deposit cannot go from % to %', old.state, new.state
    using errcode = 'check_violation', constraint = 'deposit_transition';
end $$;
--> statement-breakpoint
create trigger guard before insert or update on custody.deposit
  for each row execute function custody.guard_deposit();
--> statement-breakpoint
create trigger permanent before delete on custody.deposit
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on custody.deposit
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
-- Each event has its own id, because a deposit can vanish and come back more than once: the ids are the refs of
-- those transfers.
create table custody.deposit_event (
  deposit uuid not null references custody.deposit,
  n integer not null constraint deposit_event_from_one check (n >= 1),
  id uuid not null constraint deposit_event_id_unique unique,
  state text not null,
  at timestamptz not null,
  actor uuid not null,
  detail text not null default '',
  primary key (deposit, n)
);
--> statement-breakpoint
create trigger append_only before update or delete on custody.deposit_event
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on custody.deposit_event
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
create table custody.withdrawal (
  id uuid primary key,
  user_id uuid not null references identity.user,
  chain text not null references custody.chain,
  to_address text not null constraint withdrawal_address_given check (to_address <> ''),
  amount bigint not null constraint withdrawal_amount_positive check (amount > 0),
  idempotency_key text not null
    constraint withdrawal_key_form check (idempotency_key <> '' and length(idempotency_key) <= 200),
  state text not null constraint withdrawal_state_known check (
    state in ('REQUESTED', 'APPROVED', 'BROADCAST', 'CONFIRMED', 'FAILED', 'REJECTED')),
  tx text,
  attempts integer not null default 0,
  failure_reason text,
  due_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint withdrawal_once unique (user_id, idempotency_key),
  constraint withdrawal_sent_has_tx check (state not in ('BROADCAST', 'CONFIRMED') or tx is not null),
  constraint withdrawal_returned_says_why check ((state in ('FAILED', 'REJECTED')) = (failure_reason is not null))
) with (fillfactor = 70);
--> statement-breakpoint
comment on column custody.withdrawal.due_at is
  'When the scheduler may take it up again, in real time, not clock.now(): a lease must end on a sandbox clock that stands still.';
--> statement-breakpoint
create index withdrawal_of_user on custody.withdrawal (user_id, id);
--> statement-breakpoint
create index withdrawal_pending on custody.withdrawal (chain, state, due_at)
  where state in ('REQUESTED', 'APPROVED', 'BROADCAST');
--> statement-breakpoint
create index withdrawal_not_confirmed on custody.withdrawal (state, created_at) where state <> 'CONFIRMED';
--> statement-breakpoint
create function custody.guard_withdrawal() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'REQUESTED' then
      raise exception 'a withdrawal begins as REQUESTED, not %', new.state
        using errcode = 'check_violation', constraint = 'withdrawal_transition';
    end if;
    return new;
  end if;
  if (new.id, new.user_id, new.chain, new.to_address, new.amount, new.idempotency_key, new.created_at)
    is distinct from (old.id, old.user_id, old.chain, old.to_address, old.amount, old.idempotency_key, old.created_at) then
    raise exception 'what a withdrawal pays, to whom and for whom never changes'
      using errcode = 'check_violation', constraint = 'withdrawal_fixed';
  end if;
  if new.state = old.state or (old.state, new.state) in (
    ('REQUESTED', 'APPROVED'), ('REQUESTED', 'REJECTED'), ('APPROVED', 'BROADCAST'), ('APPROVED', 'FAILED'),
    ('BROADCAST', 'CONFIRMED'), ('BROADCAST', 'FAILED')
  ) then
    return new;
  end if;
  raise exception 'a withdrawal cannot go from % to %', old.state, new.state
    using errcode = 'check_violation', constraint = 'withdrawal_transition';
end $$;
--> statement-breakpoint
create trigger guard before insert or update on custody.withdrawal
  for each row execute function custody.guard_withdrawal();
--> statement-breakpoint
create trigger permanent before delete on custody.withdrawal
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on custody.withdrawal
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
create table custody.withdrawal_event (
  withdrawal uuid not null references custody.withdrawal,
  n integer not null constraint withdrawal_event_from_one check (n >= 1),
  state text not null,
  at timestamptz not null,
  actor uuid not null,
  detail text not null default '',
  primary key (withdrawal, n)
);
--> statement-breakpoint
create trigger append_only before update or delete on custody.withdrawal_event
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on custody.withdrawal_event
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
create table custody.credit (
  id uuid primary key,
  user_id uuid not null references identity.user,
  amount bigint not null constraint credit_amount_positive check (amount > 0),
  idempotency_key text not null
    constraint credit_key_form check (idempotency_key <> '' and length(idempotency_key) <= 200),
  actor uuid not null,
  reason text not null,
  created_at timestamptz not null,
  constraint credit_once unique (user_id, idempotency_key)
);
--> statement-breakpoint
create trigger append_only before update or delete on custody.credit
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on custody.credit
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
grant select on all tables in schema custody to closebell_application, closebell_readonly;
--> statement-breakpoint
grant insert on all tables in schema custody to closebell_application;
--> statement-breakpoint
grant update (next_index) on custody.chain to closebell_application;
--> statement-breakpoint
grant update (cursor, claim, claimed_until) on custody.scan to closebell_application;
--> statement-breakpoint
grant update (state, credited_at) on custody.deposit to closebell_application;
--> statement-breakpoint
grant update (state, tx, attempts, failure_reason, due_at, updated_at) on custody.withdrawal to closebell_application;
