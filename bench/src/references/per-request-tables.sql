-- What a bet needs when each request is a transaction of its own: the player's balance, a pool row a side, an
-- idempotency row, two entries. As few indexes as keep that true; both hot tables have room for HOT updates.
create schema per_request;

create table per_request.round (
  code text primary key,
  opens_at timestamptz not null,
  lock_at timestamptz not null
);

create table per_request.account (
  id uuid primary key,
  balance bigint not null check (balance >= 0)
) with (fillfactor = 50);

create table per_request.pool (
  id uuid primary key,
  round_code text not null references per_request.round,
  side text not null,
  amount bigint not null default 0,
  bets bigint not null default 0,
  unique (round_code, side)
) with (fillfactor = 10);

create table per_request.idempotency (
  user_id uuid not null,
  key text not null,
  body_hash bigint not null,
  bet_id uuid not null,
  primary key (user_id, key)
);

create table per_request.bet (
  id uuid primary key,
  user_id uuid not null,
  round_code text not null,
  side text not null,
  stake bigint not null check (stake > 0),
  accepted_at timestamptz not null
);

create table per_request.entry (
  id bigint generated always as identity primary key,
  bet_id uuid not null,
  account uuid not null,
  amount bigint not null
);

-- The same bet in one call: the same statements without a round trip between them. The pool row, which everybody
-- waits for, is locked last and held for the commit alone.
create function per_request.place(
  p_bet uuid, p_user uuid, p_side text, p_stake bigint, p_key text, p_hash bigint
) returns text
language plpgsql as $$
declare
  v_balance bigint;
  v_round text;
  v_pool uuid;
begin
  select a.balance, r.code, p.id into v_balance, v_round, v_pool
    from per_request.account a, per_request.round r, per_request.pool p
    where a.id = p_user and r.opens_at <= clock_timestamp() and clock_timestamp() < r.lock_at
      and p.round_code = r.code and p.side = p_side
    for no key update of a;
  if v_balance is null or v_balance < p_stake then return null; end if;
  insert into per_request.idempotency (user_id, key, body_hash, bet_id) values (p_user, p_key, p_hash, p_bet);
  insert into per_request.bet (id, user_id, round_code, side, stake, accepted_at)
    values (p_bet, p_user, v_round, p_side, p_stake, clock_timestamp());
  insert into per_request.entry (bet_id, account, amount) values (p_bet, p_user, -p_stake), (p_bet, v_pool, p_stake);
  update per_request.account set balance = balance - p_stake where id = p_user;
  update per_request.pool set amount = amount + p_stake, bets = bets + 1 where id = v_pool;
  return v_round;
end $$;
