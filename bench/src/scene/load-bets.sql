-- Bets number $1 to $2 (from 0) on round $3, those whose number modulo 2 is $4, each of a player of its own as long as
-- there are players ($5), who come in no order. A player's bets are half UP and half DOWN. What a bet's row and its
-- transfer hold is what the service would have written; the audit compares the two.

-- name: bets
insert into rounds.bet (round_id, id, user_id, key, stake, accepted_at, side, stripe)
select $3::int,
  (lpad(to_hex(1795435200000 + n / 50), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')
    || 'a000' || lpad(to_hex(n), 12, '0'))::uuid,
  ('00000000-0000-7000-9000-' || lpad(to_hex(1 + n * 7919 % $5::bigint), 12, '0'))::uuid,
  md5(n::text)::uuid,
  1000000 + n * 7919 % 9000000,
  clock.now(),
  case n / $5::bigint % 2 when 0 then 'UP' else 'DOWN' end::rounds.side,
  2 * (n / 2 % 4) + $4::int
from generate_series($1::bigint + $4::int, $2::bigint, 2) n;

-- name: transfers
select ledger.post(r.period, 20::smallint, array_agg(b.id), array_agg(a.id),
  array_agg(case b.side when 'UP' then s.account_up else s.account_down end), array_agg(b.stake),
  array_agg(b.user_id), array_agg(b.id))
from rounds.round r
join rounds.bet b on b.round_id = r.id
join rounds.stripe s on s.round_id = r.id and s.stripe = b.stripe
join ledger.account a on a.owner = b.user_id and a.purpose = 'available'
where r.id = $3::int and b.stripe % 2 = $4::int
  and b.id between (lpad(to_hex(1795435200000 + $1::bigint / 50), 12, '0') || lpad('', 20, '0'))::uuid
    and (lpad(to_hex(1795435200000 + $2::bigint / 50), 12, '0') || lpad('', 20, 'f'))::uuid
group by r.period;

-- name: stripes
update rounds.stripe s set bets_up = t.up, bets_down = t.down
from (
  select stripe, count(*) filter (where side = 'UP') as up, count(*) filter (where side = 'DOWN') as down
  from rounds.bet where round_id = $1::int group by stripe) t
where s.round_id = $1::int and s.stripe = t.stripe;
