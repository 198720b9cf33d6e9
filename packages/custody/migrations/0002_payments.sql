select ledger.register_kind(47::smallint, 'deposit-suspend'),
  ledger.register_kind(48::smallint, 'deposit-release'),
  ledger.register_kind(49::smallint, 'suspense-reorg'),
  ledger.register_kind(50::smallint, 'suspense-restore'),
  ledger.register_kind(51::smallint, 'funding'),
  ledger.register_kind(52::smallint, 'funding-reorg'),
  ledger.register_kind(53::smallint, 'funding-restore');
--> statement-breakpoint
-- The kill switch, apart from custody.chain, so that whoever approves or signs never waits for a new wallet.
create table custody.withdrawal_switch (
  chain text primary key references custody.chain,
  paused_at timestamptz,
  paused_by uuid,
  reason text,
  constraint withdrawal_switch_whole check (
    (paused_at is null) = (paused_by is null) and (paused_at is null) = (reason is null))
);
--> statement-breakpoint
create table custody.payout_address (
  id uuid primary key,
  user_id uuid not null references identity.user,
  chain text not null references custody.chain,
  address text not null constraint payout_address_given check (address <> ''),
  saved_at timestamptz not null,
  usable_from timestamptz not null,
  removed_at timestamptz,
  constraint payout_address_usable_later check (usable_from >= saved_at),
  constraint payout_address_removed_later check (removed_at >= saved_at)
);
--> statement-breakpoint
create unique index payout_address_once on custody.payout_address (user_id, chain, address) where removed_at is null;
--> statement-breakpoint
create function custody.guard_payout_address() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.removed_at is null and
    (new.id, new.user_id, new.chain, new.address, new.saved_at, new.usable_from)
      = (old.id, old.user_id, old.chain, old.address, old.saved_at, old.usable_from) then
    return new;
  end if;
  raise exception 'a saved address can only be removed, once'
    using errcode = 'check_violation', constraint = 'payout_address_fixed';
end $$;
--> statement-breakpoint
create trigger guard before update on custody.payout_address
  for each row execute function custody.guard_payout_address();
--> statement-breakpoint
create trigger permanent before delete on custody.payout_address
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on custody.payout_address
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
-- Withdrawals get the states of a payment that is signed here and mined there.
drop trigger guard on custody.withdrawal;
--> statement-breakpoint
alter table custody.withdrawal
  add column approved_at timestamptz,
  add column waiting_for text constraint withdrawal_waiting_given check (waiting_for <> ''),
  drop constraint withdrawal_state_known,
  drop constraint withdrawal_sent_has_tx;
--> statement-breakpoint
-- Until now all chains were simulated, and a payment had no number: what was sent there and not confirmed is sent anew.
insert into custody.withdrawal_event (withdrawal, n, state, at, actor, detail)
  select w.id, (select max(e.n) + 1 from custody.withdrawal_event e where e.withdrawal = w.id), 'APPROVED', clock.now(),
    '00000000-0000-7000-8000-000000000001', 'sent again under a number'
  from custody.withdrawal w where w.state = 'BROADCAST';
--> statement-breakpoint
update custody.withdrawal set state = 'APPROVED', tx = null where state in ('APPROVED', 'BROADCAST');
--> statement-breakpoint
alter table custody.withdrawal
  add constraint withdrawal_state_known check (state in ('REQUESTED', 'APPROVED', 'SIGNED', 'BROADCAST', 'MINED',
    'CONFIRMED', 'FAILED', 'REJECTED', 'NEEDS_REVIEW')),
  add constraint withdrawal_sent_has_tx check (state not in ('SIGNED', 'BROADCAST', 'MINED', 'CONFIRMED') or tx is not null),
  add constraint withdrawal_review_says_why check (state <> 'NEEDS_REVIEW' or waiting_for is not null);
--> statement-breakpoint
comment on column custody.withdrawal.waiting_for is 'Why it does not go on by itself, or does not now.';
--> statement-breakpoint
comment on column custody.withdrawal.attempts is 'Transactions signed for it, over all its payments.';
--> statement-breakpoint
create index withdrawal_approved on custody.withdrawal (chain, approved_at) where approved_at is not null;
--> statement-breakpoint
drop index custody.withdrawal_pending;
--> statement-breakpoint
create index withdrawal_due on custody.withdrawal (chain, state, due_at) where state in ('REQUESTED', 'APPROVED');
--> statement-breakpoint
-- Whoever signs for a chain, and the number its next transaction gets.
create table custody.sender (
  chain text not null references custody.chain,
  address text not null constraint sender_address_given check (address <> ''),
  first_nonce integer not null constraint sender_nonce_from_zero check (first_nonce >= 0),
  next_nonce integer not null,
  primary key (chain, address),
  constraint sender_nonce_grows check (next_nonce >= first_nonce)
);
--> statement-breakpoint
comment on column custody.sender.first_nonce is 'Earlier transactions of this address were not made here.';
--> statement-breakpoint
-- One number of one sender, and what is done with it. Whatever is signed for a payment does the same, so that it does not
-- matter which of several signatures is mined.
create table custody.payment (
  id uuid primary key,
  chain text not null,
  sender text not null,
  nonce integer not null,
  purpose text not null constraint payment_purpose_known check (purpose in ('withdrawal', 'fill', 'gas', 'sweep', 'cold')),
  withdrawal uuid references custody.withdrawal,
  subject text,
  instruction jsonb not null,
  amount bigint not null constraint payment_amount_from_zero check (amount >= 0),
  gas bigint not null constraint payment_gas_positive check (gas > 0),
  state text not null constraint payment_state_known check (state in ('ASSIGNED', 'SIGNED', 'BROADCAST', 'MINED', 'DONE')),
  outcome text constraint payment_outcome_known check (outcome in ('SUCCEEDED', 'REVERTED', 'REPLACED')),
  since_block bigint,
  block_number bigint,
  block_hash text,
  waiting_for text constraint payment_waiting_given check (waiting_for <> ''),
  sent_at timestamptz,
  lost_at timestamptz,
  due_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null,
  done_at timestamptz,
  constraint payment_number_once unique (chain, sender, nonce),
  constraint payment_by_sender foreign key (chain, sender) references custody.sender,
  constraint payment_of_withdrawal check ((purpose = 'withdrawal') = (withdrawal is not null)),
  constraint payment_since_a_block check (purpose <> 'withdrawal' or since_block is not null),
  constraint payment_of_deposits check ((purpose in ('gas', 'sweep')) = (subject is not null)),
  constraint payment_done_says_how check ((state = 'DONE') = (outcome is not null) and (state = 'DONE') = (done_at is not null)),
  constraint payment_block_whole check ((block_number is null) = (block_hash is null)),
  constraint payment_mined_in_block check (
    (state = 'MINED' or (outcome is not null and outcome <> 'REPLACED')) = (block_number is not null))
) with (fillfactor = 70);
--> statement-breakpoint
comment on column custody.payment.since_block is 'The newest block when it got its number: it stands in none up to there.';
--> statement-breakpoint
comment on column custody.payment.subject is 'The deposit address that is emptied or given gas.';
--> statement-breakpoint
comment on column custody.payment.amount is 'USDC it moves when it succeeds.';
--> statement-breakpoint
comment on column custody.payment.sent_at is
  'When it was last handed to the chain, in real time like lost_at and due_at: a chain does not wait for a sandbox clock.';
--> statement-breakpoint
comment on column custody.payment.lost_at is 'Since when its number is taken for good by a transaction that is none of its own.';
--> statement-breakpoint
-- A withdrawal has one payment that is under way or has paid, and never a second one.
create unique index payment_pays_once on custody.payment (withdrawal) where outcome is null or outcome = 'SUCCEEDED';
--> statement-breakpoint
create unique index payment_sweeps_once on custody.payment (chain, purpose, subject) where outcome is null and subject is not null;
--> statement-breakpoint
create unique index payment_to_cold_once on custody.payment (chain) where outcome is null and purpose = 'cold';
--> statement-breakpoint
create index payment_due on custody.payment (chain, state, due_at) where outcome is null;
--> statement-breakpoint
create index payment_in_block on custody.payment (chain, block_number) where block_number is not null;
--> statement-breakpoint
create index payment_of_a_withdrawal on custody.payment (withdrawal) where withdrawal is not null;
--> statement-breakpoint
create function custody.guard_payment() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'ASSIGNED' then
      raise exception 'a payment begins as ASSIGNED, not %', new.state
        using errcode = 'check_violation', constraint = 'payment_transition';
    end if;
    if new.withdrawal is not null and not exists (
      select from custody.withdrawal w where w.id = new.withdrawal and w.state = 'APPROVED' and w.chain = new.chain
        and w.amount = new.amount and new.instruction ->> 'kind' = 'usdc' and w.to_address = new.instruction ->> 'to'
        and w.amount = (new.instruction ->> 'amount')::bigint
    ) then
      raise exception 'a payment pays an approved withdrawal: its amount, to its address'
        using errcode = 'check_violation', constraint = 'payment_of_approved';
    end if;
    return new;
  end if;
  if (new.id, new.chain, new.sender, new.nonce, new.since_block, new.created_at)
    is distinct from (old.id, old.chain, old.sender, old.nonce, old.since_block, old.created_at)
    or ((new.purpose, new.withdrawal, new.subject, new.instruction, new.amount, new.gas)
      is distinct from (old.purpose, old.withdrawal, old.subject, old.instruction, old.amount, old.gas)
      and not (old.state = 'ASSIGNED' and new.purpose = 'fill')) then
    raise exception 'what a payment does never changes; one that nobody signed may be given up'
      using errcode = 'check_violation', constraint = 'payment_fixed';
  end if;
  if new.state = old.state and new.outcome is not distinct from old.outcome or (old.state, new.state) in (
    ('ASSIGNED', 'SIGNED'), ('SIGNED', 'BROADCAST'), ('BROADCAST', 'MINED'), ('MINED', 'BROADCAST'), ('MINED', 'DONE')
  ) or (old.state, new.state, new.outcome) = ('BROADCAST', 'DONE', 'REPLACED') then
    return new;
  end if;
  raise exception 'a payment cannot go from % to %', old.state, new.state
    using errcode = 'check_violation', constraint = 'payment_transition';
end $$;
--> statement-breakpoint
create trigger guard before insert or update on custody.payment
  for each row execute function custody.guard_payment();
--> statement-breakpoint
create trigger permanent before delete on custody.payment
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on custody.payment
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
-- The signed bytes: here before anybody else has them.
create table custody.payment_attempt (
  payment uuid not null references custody.payment,
  n integer not null constraint payment_attempt_from_one check (n >= 1),
  hash text not null constraint payment_attempt_hash_unique unique,
  raw text not null,
  max_fee_per_gas numeric(78, 0) not null,
  max_priority_fee_per_gas numeric(78, 0) not null,
  signed_at timestamptz not null default clock_timestamp(),
  broadcast_at timestamptz,
  primary key (payment, n)
);
--> statement-breakpoint
create function custody.guard_payment_attempt() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.n <> (select count(*) + 1 from custody.payment_attempt a where a.payment = new.payment) then
      raise exception 'the attempts of a payment are numbered without gaps'
        using errcode = 'check_violation', constraint = 'payment_attempt_order';
    end if;
    return new;
  end if;
  if old.broadcast_at is null and (new.payment, new.n, new.hash, new.raw, new.max_fee_per_gas,
      new.max_priority_fee_per_gas, new.signed_at) = (old.payment, old.n, old.hash, old.raw, old.max_fee_per_gas,
      old.max_priority_fee_per_gas, old.signed_at) then
    return new;
  end if;
  raise exception 'what was signed never changes'
    using errcode = 'check_violation', constraint = 'payment_attempt_fixed';
end $$;
--> statement-breakpoint
create trigger guard before insert or update on custody.payment_attempt
  for each row execute function custody.guard_payment_attempt();
--> statement-breakpoint
create trigger permanent before delete on custody.payment_attempt
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on custody.payment_attempt
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
create or replace function custody.guard_withdrawal() returns trigger
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
  if new.state = old.state then
    return new;
  end if;
  if (old.state, new.state) not in (
    ('REQUESTED', 'APPROVED'), ('REQUESTED', 'REJECTED'),
    ('APPROVED', 'SIGNED'), ('APPROVED', 'REJECTED'), ('APPROVED', 'NEEDS_REVIEW'),
    ('SIGNED', 'BROADCAST'), ('BROADCAST', 'MINED'), ('BROADCAST', 'FAILED'),
    ('MINED', 'BROADCAST'), ('MINED', 'CONFIRMED'), ('MINED', 'NEEDS_REVIEW'),
    ('NEEDS_REVIEW', 'APPROVED'), ('NEEDS_REVIEW', 'FAILED')
  ) then
    raise exception 'a withdrawal cannot go from % to %', old.state, new.state
      using errcode = 'check_violation', constraint = 'withdrawal_transition';
  end if;
  if new.state in ('FAILED', 'REJECTED') and exists (
    select from custody.payment p where p.withdrawal = new.id and (p.outcome is null or p.outcome = 'SUCCEEDED')
  ) then
    raise exception 'the money of a withdrawal stays held while a payment of it may be mined'
      using errcode = 'check_violation', constraint = 'withdrawal_not_payable';
  end if;
  if new.state = 'CONFIRMED' and not exists (
    select from custody.payment p where p.withdrawal = new.id and p.outcome = 'SUCCEEDED'
  ) then
    raise exception 'a withdrawal is confirmed by a payment that has succeeded for good'
      using errcode = 'check_violation', constraint = 'withdrawal_paid';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger guard before insert or update on custody.withdrawal
  for each row execute function custody.guard_withdrawal();
--> statement-breakpoint
-- Deposit addresses that may hold something worth moving.
create table custody.unswept (
  chain text not null,
  address text not null,
  deposits integer not null default 1,
  due_at timestamptz not null default clock_timestamp(),
  primary key (chain, address),
  constraint unswept_wallet foreign key (chain, address) references custody.wallet (chain, address)
);
--> statement-breakpoint
create index unswept_due on custody.unswept (chain, due_at);
--> statement-breakpoint
create table custody.sweep (
  chain text primary key references custody.chain,
  due_at timestamptz not null default clock_timestamp()
);
--> statement-breakpoint
comment on column custody.sweep.due_at is 'When the next pass may sweep, in real time.';
--> statement-breakpoint
-- Counted up, so that who has just looked at an address does not strike out what came meanwhile.
create function custody.note_unswept() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into custody.unswept (chain, address) values (new.chain, new.address)
    on conflict (chain, address) do update set deposits = custody.unswept.deposits + 1;
  return null;
end $$;
--> statement-breakpoint
create trigger note_unswept after update of state on custody.deposit
  for each row when (new.state in ('CREDITED', 'SUSPENDED') and old.state <> new.state and new.block_number is not null)
  execute function custody.note_unswept();
--> statement-breakpoint
grant select on custody.withdrawal_switch, custody.payout_address, custody.sender, custody.payment, custody.payment_attempt,
  custody.unswept, custody.sweep to closebell_application, closebell_readonly;
--> statement-breakpoint
grant insert on custody.withdrawal_switch, custody.payout_address, custody.sender, custody.payment, custody.payment_attempt,
  custody.sweep to closebell_application;
--> statement-breakpoint
grant update (paused_at, paused_by, reason) on custody.withdrawal_switch to closebell_application;
--> statement-breakpoint
grant update (removed_at) on custody.payout_address to closebell_application;
--> statement-breakpoint
grant update (next_nonce) on custody.sender to closebell_application;
--> statement-breakpoint
grant update (purpose, withdrawal, subject, instruction, amount, state, outcome, block_number, block_hash, waiting_for, sent_at,
  lost_at, due_at, done_at) on custody.payment to closebell_application;
--> statement-breakpoint
grant update (broadcast_at) on custody.payment_attempt to closebell_application;
--> statement-breakpoint
grant update (due_at), delete on custody.unswept to closebell_application;
--> statement-breakpoint
grant update (due_at) on custody.sweep to closebell_application;
--> statement-breakpoint
grant update (approved_at, waiting_for) on custody.withdrawal to closebell_application;
