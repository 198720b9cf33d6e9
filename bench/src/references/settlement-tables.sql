-- The least that settling needs: bets, balances, and entries that can be written once and read by account.
create schema minimal;

create table minimal.account (
  id bigint primary key,
  balance bigint not null check (balance >= 0)
) with (fillfactor = 50);

create table minimal.bet (
  id bigint primary key,
  account bigint not null,
  up boolean not null,
  stake bigint not null
);

create table minimal.entry (
  bet bigint not null,
  account bigint not null,
  amount bigint not null
);

create unique index entry_once on minimal.entry (account, bet);
