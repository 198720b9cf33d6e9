-- $1 bets (their numbers from 0, those equal to $3 modulo $4 in one call) on round $2, each of a player of its own as long
-- as there are players ($5), who come in no order; a player's bets are half UP and half DOWN. Rows and transfers hold what
-- the service would have written, and the audit compares the two. The month's partitions are filled while they stand
-- alone and without indexes; attaching them builds those that the tables have.

-- name: detach
alter table rounds.bet detach partition rounds.%bet%;
alter table ledger.transfer detach partition ledger.%transfer%;
do $$
declare
  v_index record;
begin
  for v_index in
    select i.indexrelid::regclass as name, i.indrelid::regclass as of_table, c.conname
    from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.conrelid = i.indrelid
    where i.indrelid in ('rounds.%bet%'::regclass, 'ledger.%transfer%'::regclass)
  loop
    if v_index.conname is null then execute format('drop index %s', v_index.name);
    else execute format('alter table %s drop constraint %I', v_index.of_table, v_index.conname);
    end if;
  end loop;
end $$;

-- name: bets
insert into rounds.%bet% (round_id, id, user_id, key, stake, accepted_at, side, stripe)
select $2::int,
  (lpad(to_hex(1795435200000 + n / 50), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')
    || 'a000' || lpad(to_hex(n), 12, '0'))::uuid,
  ('00000000-0000-7000-9000-' || lpad(to_hex(1 + n * 7919 % $5::bigint), 12, '0'))::uuid,
  md5(n::text)::uuid,
  1000000 + n * 7919 % 9000000,
  clock.now(),
  case n / $5::bigint % 2 when 0 then 'UP' else 'DOWN' end::rounds.side,
  n % 8
from generate_series($3::bigint, $1::bigint - 1, $4::bigint) n;

-- name: transfers
insert into ledger.%transfer% (period, kind, ref, debit, credit, amount, actor, request, posted_at)
select r.period, 20, b.id, a.id, case b.side when 'UP' then s.account_up else s.account_down end, b.stake,
  b.user_id, b.id, b.accepted_at
from rounds.%bet% b
join rounds.round r on r.id = b.round_id
join rounds.stripe s on s.round_id = b.round_id and s.stripe = b.stripe
join ledger.account a on a.owner = b.user_id and a.purpose = 'available'
where b.round_id = $1::int and b.stripe % $3::int = $2::int;

-- name: sum
create unlogged table rounds.loaded as
select account, sum(delta)::bigint as delta
from (select debit as account, -amount as delta from ledger.%transfer% where kind = 20
      union all select credit, amount from ledger.%transfer% where kind = 20) s
group by account;

-- name: balances
update ledger.account a set balance = a.balance + t.delta from rounds.loaded t where a.id = t.account;
drop table rounds.loaded;

-- name: stripes
update rounds.stripe s set bets_up = t.up, bets_down = t.down
from (
  select stripe, count(*) filter (where side = 'UP') as up, count(*) filter (where side = 'DOWN') as down
  from rounds.%bet% where round_id = $1::int group by stripe) t
where s.round_id = $1::int and s.stripe = t.stripe;

-- name: attach-bets
alter table rounds.bet attach partition rounds.%bet% for values from (%from%) to (%to%);

-- name: attach-transfers
alter table ledger.transfer attach partition ledger.%transfer% for values in (%period%);
