-- Money goes only where its owner wanted it a day ago, whoever has the service's login: the rule is held here, where the
-- service can't set it aside.
--
-- Whether a chain's money is real is part of what its name stands for. Chains that are known as something else are real.
alter table custody.chain add column simulated boolean not null default false;
--> statement-breakpoint
update custody.chain set simulated = coalesce(asset, name) like 'simulated%';
--> statement-breakpoint
create trigger simulated_for_ever before update of simulated on custody.chain
  for each row when (new.simulated is distinct from old.simulated) execute function custody.refuse_change();
--> statement-breakpoint
-- How long a saved address waits. Only the owner of the tables changes it, for what is saved from then on.
create table custody.payout_wait (
  id smallint primary key default 1 constraint payout_wait_is_one_row check (id = 1),
  hours integer not null constraint payout_wait_within_a_year check (hours between 0 and 8760)
);
--> statement-breakpoint
insert into custody.payout_wait (hours) values (24);
--> statement-breakpoint
create trigger permanent before delete on custody.payout_wait
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger permanent_truncate before truncate on custody.payout_wait
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
grant select on custody.payout_wait to closebell_application, closebell_readonly;
--> statement-breakpoint
-- Whoever saves an address says whose and which, and nothing about when.
revoke insert on custody.payout_address from closebell_application;
--> statement-breakpoint
grant insert (id, user_id, chain, address) on custody.payout_address to closebell_application;
--> statement-breakpoint
create function custody.date_payout_address() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.saved_at := clock.now();
  new.usable_from := new.saved_at + (select hours from custody.payout_wait) * interval '1 hour';
  new.removed_at := null;
  return new;
end $$;
--> statement-breakpoint
create trigger dated before insert on custody.payout_address
  for each row execute function custody.date_payout_address();
--> statement-breakpoint
create or replace function custody.guard_payout_address() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.removed_at is null and
    (new.id, new.user_id, new.chain, new.address, new.saved_at, new.usable_from)
      = (old.id, old.user_id, old.chain, old.address, old.saved_at, old.usable_from) then
    if new.removed_at is not null then
      new.removed_at := clock.now();
    end if;
    return new;
  end if;
  raise exception 'a saved address can only be removed, once'
    using errcode = 'check_violation', constraint = 'payout_address_fixed';
end $$;
--> statement-breakpoint
-- So that a withdrawal can name the very entry that was checked, of its own user and of the address it pays.
alter table custody.payout_address
  add constraint payout_address_whole unique (id, user_id, chain, address);
--> statement-breakpoint
alter table custody.withdrawal
  add column payout_address uuid,
  add constraint withdrawal_to_saved_address foreign key (payout_address, user_id, chain, to_address)
    references custody.payout_address (id, user_id, chain, address);
--> statement-breakpoint
comment on column custody.withdrawal.payout_address is
  'The saved address it was asked for; null where the chain is simulated, or it was asked for before this was kept.';
--> statement-breakpoint
-- The entry is locked, so that one that is being removed is waited for, and a snapshot from before its removal is refused.
create function custody.need_payout_address() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.payout_address := null;
  if exists (select from custody.wallet w where lower(w.address) = lower(new.to_address))
    or exists (select from custody.house_address h where lower(h.address) = lower(new.to_address)) then
    raise exception 'a withdrawal goes outside: % is an address of ours', new.to_address
      using errcode = 'check_violation', constraint = 'withdrawal_goes_outside';
  end if;
  if exists (select from custody.chain c where c.name = new.chain and c.simulated) then
    return new;
  end if;
  select p.id into new.payout_address from custody.payout_address p
  where p.user_id = new.user_id and p.chain = new.chain and p.address = new.to_address and p.removed_at is null
    and p.usable_from <= clock.now()
  for share;
  if new.payout_address is null then
    raise exception 'a withdrawal goes to an address that its user has saved and that has waited; % is none', new.to_address
      using errcode = 'check_violation', constraint = 'withdrawal_needs_payout_address';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger needs_payout_address before insert on custody.withdrawal
  for each row execute function custody.need_payout_address();
--> statement-breakpoint
-- What a payment does follows from what it is for: a number that is given up pays nothing, and only withdrawals name a payee.
-- That the wallets of the house are its own only the signer knows, by its configuration.
alter table custody.payment add constraint payment_does_its_purpose check ((case purpose
  when 'withdrawal' then instruction ->> 'kind' = 'usdc'
  when 'fill' then instruction = '{"kind": "nothing"}' and amount = 0 and subject is null
  when 'gas' then instruction ->> 'kind' = 'gas' and instruction ->> 'to' = subject and amount = 0
  when 'cold' then instruction ->> 'kind' = 'usdc' and (instruction ->> 'amount')::numeric = amount
  when 'sweep' then (instruction ->> 'amount')::numeric = amount and (
    instruction ->> 'kind' = 'usdc' and sender = subject
    or instruction ->> 'kind' = 'authorized' and instruction ->> 'from' = subject)
end) is true);
