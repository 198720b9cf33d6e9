-- UP wins, in one transaction of one statement: every winner is paid its stake and its share of what the losers left
-- after a fee of 1 %, in two entries; each balance is updated once. What rounding leaves goes to the house.
with pools as materialized (
  select coalesce(sum(stake) filter (where up), 0) as won, coalesce(sum(stake) filter (where not up), 0) as lost
  from minimal.bet
), paid as materialized (
  select b.id, b.account, b.stake + div(b.stake * (p.lost - div(p.lost, 100)), p.won)::bigint as payout
  from minimal.bet b, pools p where b.up
), entries as (
  insert into minimal.entry (bet, account, amount)
  select id, account, payout from paid
  union all
  select id, 0, -payout from paid
), players as (
  update minimal.account a set balance = a.balance + s.payout
  from (select account, sum(payout)::bigint as payout from paid group by account) s
  where a.id = s.account
)
update minimal.account a
set balance = case a.id when 0 then 0 else a.balance + p.won + p.lost - (select sum(payout) from paid) end
from pools p
where a.id in (-1, 0);
