-- Players number $1 to $2 with accounts as the service opens them, and $3 micro-USDC each out of the house's capital. What
-- the credits did to balances is written with the accounts and, at the end, to the capital; the audit compares them.

-- name: users
insert into identity.user (id, kind, created_at)
select ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'player', clock.now()
from generate_series($1::int, $2::int) n;

-- name: accounts
with opened as (
  insert into ledger.account (code, owner, purpose, lock_rank, floored, balance)
  select 'user/' || u || '/' || p, u, p, 1, true, case p when 'available' then $3::bigint else 0 end
  from generate_series($1::int, $2::int) n,
    lateral (select ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid as u) t,
    unnest(array['available', 'withdrawing', 'held']) p
  returning id, owner, purpose
)
insert into ledger.transfer (period, kind, ref, debit, credit, amount, actor, request, posted_at)
select 202601, 46, o.owner, h.id, o.id, $3::bigint, '00000000-0000-7000-8000-000000000001', o.owner, clock.now()
from opened o, ledger.account h
where o.purpose = 'available' and h.code = 'house/capital';

-- name: capital
update ledger.account set balance = balance - $1::bigint * $2::bigint where code = 'house/capital';
