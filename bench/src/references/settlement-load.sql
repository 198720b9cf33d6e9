-- $1 bets of $2 players, half of them on each side, each player with as many of both, in no order; 0 is the settlement account,
-- which holds all stakes, and -1 the house.

-- name: accounts
insert into minimal.account (id, balance) select n, 0 from generate_series(-1, $1::bigint) n;

-- name: bets
insert into minimal.bet (id, account, up, stake)
select n, 1 + n * 7919 % $2::bigint, n / $2::bigint % 2 = 0, 1000000 + n * 7919 % 9000000
from generate_series(0, $1::bigint - 1) n;

-- name: stakes
update minimal.account set balance = (select sum(stake) from minimal.bet) where id = 0;
