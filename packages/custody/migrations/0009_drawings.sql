-- What an owner takes out: paid on the chain with a key that the service does not have, told by the chain and booked here. It takes
-- two people, so that nobody books what was stolen as if it had been taken out.
select ledger.register_kind(59::smallint, 'drawing');
--> statement-breakpoint
create table custody.drawing (
  id uuid primary key,
  chain text not null references custody.chain,
  tx text not null constraint drawing_tx_given check (tx <> '' and length(tx) <= 200),
  log integer not null constraint drawing_log_from_zero check (log >= 0),
  block_number bigint not null constraint drawing_block_from_zero check (block_number >= 0),
  block_hash text not null,
  address text not null,
  to_address text not null constraint drawing_payee_given check (to_address <> ''),
  amount bigint not null constraint drawing_amount_positive check (amount > 0),
  account text not null constraint drawing_account_known check (account in ('house/fees', 'house/capital')),
  approval uuid not null references database.approval,
  actor uuid not null,
  reason text not null constraint drawing_says_why check (reason <> ''),
  created_at timestamptz not null,
  constraint drawing_once unique (chain, tx, log),
  constraint drawing_from_house foreign key (chain, address) references custody.house_address (chain, address)
);
--> statement-breakpoint
comment on column custody.drawing.address is 'The wallet of the house that paid.';
--> statement-breakpoint
create index drawing_of_block on custody.drawing (chain, block_number);
--> statement-breakpoint
create function custody.guard_drawing() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not coalesce(database.approval_used(new.approval, 'chain.draw', new.chain || '/' || new.tx), false) then
    raise exception 'a drawing takes two people' using errcode = 'check_violation', constraint = 'drawing_takes_two';
  end if;
  if exists (select from custody.chain c where c.name = new.chain and c.simulated) then
    raise exception 'no money is on %, so nobody can take any out', new.chain
      using errcode = 'check_violation', constraint = 'drawing_of_real_money';
  end if;
  if exists (select from custody.wallet w where lower(w.address) = lower(new.to_address) and w.chain = new.chain)
    or exists (select from custody.house_address h where lower(h.address) = lower(new.to_address) and h.chain = new.chain) then
    raise exception 'a drawing goes outside: % is an address of ours', new.to_address
      using errcode = 'check_violation', constraint = 'drawing_goes_outside';
  end if;
  if exists (select from custody.payment_attempt a where a.hash = new.tx) then
    raise exception '% is a payment of ours, which is booked as what it pays', new.tx
      using errcode = 'check_violation', constraint = 'drawing_is_no_payment';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger guard before insert on custody.drawing
  for each row execute function custody.guard_drawing();
--> statement-breakpoint
create trigger append_only before update or delete on custody.drawing
  for each row execute function custody.refuse_change();
--> statement-breakpoint
create trigger append_only_truncate before truncate on custody.drawing
  for each statement execute function custody.refuse_change();
--> statement-breakpoint
grant select on custody.drawing to closebell_application, closebell_readonly;
--> statement-breakpoint
grant insert on custody.drawing to closebell_application;
