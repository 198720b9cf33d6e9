-- One bet as a transaction of eight statements: begin, the six below, commit. The first answers whether the bet may
-- be placed; the others need no answer and are sent together with the commit, so the pool row is held for no round trip.

-- name: choose
select a.balance, r.code as round, p.id as pool
from per_request.account a, per_request.round r, per_request.pool p
where a.id = $1 and r.opens_at <= clock_timestamp() and clock_timestamp() < r.lock_at
  and p.round_code = r.code and p.side = $2
for no key update of a;

-- name: remember
insert into per_request.idempotency (user_id, key, body_hash, bet_id) values ($1, $2, $3, $4);

-- name: bet
insert into per_request.bet (id, user_id, round_code, side, stake, accepted_at)
values ($1, $2, $3, $4, $5, clock_timestamp());

-- name: entries
insert into per_request.entry (bet_id, account, amount) values ($1, $2, -$4::bigint), ($1, $3, $4::bigint);

-- name: debit
update per_request.account set balance = balance - $2 where id = $1;

-- name: pool
update per_request.pool set amount = amount + $2, bets = bets + 1 where id = $1;
