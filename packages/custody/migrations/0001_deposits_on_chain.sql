-- How far a chain is read, by block: a place is a number and a hash, so that a replaced block is noticed.
alter table custody.scan
  drop column cursor,
  add column block bigint constraint scan_block_from_zero check (block >= 0),
  add column block_hash text,
  add column final_block bigint constraint scan_final_from_zero check (final_block >= 0),
  add column final_hash text,
  add column page_blocks integer not null default 1000 constraint scan_page_size check (page_blocks between 1 and 1000000),
  add constraint scan_block_whole check ((block is null) = (block_hash is null)),
  add constraint scan_final_whole check ((final_block is null) = (final_hash is null));
--> statement-breakpoint
comment on column custody.scan.block is 'The last block read.';
--> statement-breakpoint
comment on column custody.scan.final_block is
  'The last block that was final when it had been read: nothing up to it is left to find, unless a node kept it back.';
--> statement-breakpoint
grant update (block, block_hash, final_block, final_hash, page_blocks) on custody.scan to closebell_application;
--> statement-breakpoint
-- Every address of the house there ever was: after a change of keys the old one is still ours, and what comes from it
-- is no money from outside.
create table custody.house_address (
  chain text not null references custody.chain,
  address text not null constraint house_address_given check (address <> ''),
  purpose text not null constraint house_address_purpose_known check (purpose in ('hot', 'cold')),
  since timestamptz not null,
  primary key (chain, address)
);
--> statement-breakpoint
create index house_address_any_case on custody.house_address (lower(address));
--> statement-breakpoint
create trigger permanent before update or delete on custody.house_address
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on custody.house_address
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
-- A deposit that was told by hand stands in no block and is final.
alter table custody.deposit
  add column block_number bigint constraint deposit_block_from_zero check (block_number >= 0),
  add column block_hash text,
  add column final boolean not null default true,
  add column suspended_at timestamptz,
  add constraint deposit_block_whole check ((block_number is null) = (block_hash is null)),
  drop constraint deposit_state_known,
  add constraint deposit_state_known check (state in ('SEEN', 'CONFIRMED', 'CREDITED', 'SUSPENDED', 'REORGED')),
  drop constraint deposit_credited_when,
  add constraint deposit_credited_when check (
    case state when 'CREDITED' then credited_at is not null when 'REORGED' then true else credited_at is null end),
  add constraint deposit_suspended_when check (
    case state when 'SUSPENDED' then suspended_at is not null
      when 'SEEN' then suspended_at is null when 'CONFIRMED' then suspended_at is null else true end);
--> statement-breakpoint
alter table custody.deposit alter column final drop default;
--> statement-breakpoint
create index deposit_not_final on custody.deposit (chain, id) where not final and state <> 'REORGED';
--> statement-breakpoint
create index deposit_of_block on custody.deposit (chain, block_number) where block_number is not null;
--> statement-breakpoint
create or replace function custody.guard_deposit() returns trigger
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
    or (old.credited_at is not null and new.credited_at is distinct from old.credited_at)
    or (old.suspended_at is not null and new.suspended_at is distinct from old.suspended_at) then
    raise exception 'what a deposit is never changes, only its state and its block'
      using errcode = 'check_violation', constraint = 'deposit_fixed';
  end if;
  if new.state = old.state or (old.state, new.state) in (
    ('SEEN', 'CONFIRMED'), ('SEEN', 'REORGED'), ('CONFIRMED', 'CREDITED'), ('CONFIRMED', 'SUSPENDED'),
    ('CONFIRMED', 'REORGED'), ('CREDITED', 'REORGED'), ('SUSPENDED', 'CREDITED'), ('SUSPENDED', 'REORGED')
  ) or (old.state = 'REORGED' and new.state = case
    when old.credited_at is not null then 'CREDITED' when old.suspended_at is not null then 'SUSPENDED' else 'SEEN' end)
  then
    return new;
  end if;
  raise exception 'a deposit cannot go from % to %', old.state, new.state
    using errcode = 'check_violation', constraint = 'deposit_transition';
end $$;
--> statement-breakpoint
grant update (block_number, block_hash, final, suspended_at) on custody.deposit to closebell_application;
--> statement-breakpoint
-- An operator's money from outside to a wallet of the house.
create table custody.funding (
  id uuid primary key,
  chain text not null,
  tx text not null constraint funding_tx_given check (tx <> '' and length(tx) <= 200),
  log integer not null constraint funding_log_from_zero check (log >= 0),
  address text not null,
  from_address text not null,
  amount bigint not null constraint funding_amount_positive check (amount > 0),
  state text not null constraint funding_state_known check (state in ('SEEN', 'BOOKED', 'REORGED')),
  block_number bigint not null constraint funding_block_from_zero check (block_number >= 0),
  block_hash text not null,
  final boolean not null,
  created_at timestamptz not null,
  booked_at timestamptz,
  constraint funding_once unique (chain, tx, log),
  constraint funding_to_house foreign key (chain, address) references custody.house_address (chain, address),
  constraint funding_booked_when check (
    case state when 'BOOKED' then booked_at is not null when 'SEEN' then booked_at is null else true end)
);
--> statement-breakpoint
create index funding_not_final on custody.funding (chain, id) where not final and state <> 'REORGED';
--> statement-breakpoint
create index funding_of_block on custody.funding (chain, block_number);
--> statement-breakpoint
create function custody.guard_funding() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'SEEN' then
      raise exception 'a funding begins as SEEN, not %', new.state
        using errcode = 'check_violation', constraint = 'funding_transition';
    end if;
    return new;
  end if;
  if (new.id, new.chain, new.tx, new.log, new.address, new.from_address, new.amount, new.created_at)
    is distinct from (old.id, old.chain, old.tx, old.log, old.address, old.from_address, old.amount, old.created_at)
    or (old.booked_at is not null and new.booked_at is distinct from old.booked_at) then
    raise exception 'what a funding is never changes, only its state and its block'
      using errcode = 'check_violation', constraint = 'funding_fixed';
  end if;
  if new.state = old.state or (old.state, new.state) in (('SEEN', 'BOOKED'), ('SEEN', 'REORGED'), ('BOOKED', 'REORGED'))
    or (old.state = 'REORGED' and new.state = case when old.booked_at is null then 'SEEN' else 'BOOKED' end) then
    return new;
  end if;
  raise exception 'a funding cannot go from % to %', old.state, new.state
    using errcode = 'check_violation', constraint = 'funding_transition';
end $$;
--> statement-breakpoint
create trigger guard before insert or update on custody.funding
  for each row execute function custody.guard_funding();
--> statement-breakpoint
create trigger permanent before delete on custody.funding
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on custody.funding
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
create table custody.funding_event (
  funding uuid not null references custody.funding,
  n integer not null constraint funding_event_from_one check (n >= 1),
  id uuid not null constraint funding_event_id_unique unique,
  state text not null,
  at timestamptz not null,
  actor uuid not null,
  detail text not null default '',
  primary key (funding, n)
);
--> statement-breakpoint
create trigger append_only before update or delete on custody.funding_event
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on custody.funding_event
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
-- The daily reading again: one row a day remembers how far it has come, and what the scan had missed.
create table custody.backfill (
  chain text not null references custody.chain,
  day date not null,
  from_block bigint not null,
  next_block bigint not null,
  to_block bigint not null,
  found integer not null default 0 constraint backfill_found_from_zero check (found >= 0),
  done_at timestamptz,
  primary key (chain, day),
  constraint backfill_in_range check (next_block between from_block and to_block + 1)
);
--> statement-breakpoint
create trigger permanent before delete on custody.backfill
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on custody.backfill
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
grant select on custody.house_address, custody.funding, custody.funding_event, custody.backfill
  to closebell_application, closebell_readonly;
--> statement-breakpoint
grant insert on custody.house_address, custody.funding, custody.funding_event, custody.backfill to closebell_application;
--> statement-breakpoint
grant update (state, block_number, block_hash, final, booked_at) on custody.funding to closebell_application;
--> statement-breakpoint
grant update (next_block, found, done_at) on custody.backfill to closebell_application;
