-- Players number $1 to $2 with accounts as the service opens them, and $3 micro-USDC each out of the house's capital,
-- posted by the ledger's own function.

-- name: users
insert into identity.user (id, kind, created_at)
select ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'player', clock.now()
from generate_series($1::int, $2::int) n;

-- name: accounts
insert into ledger.account (code, owner, purpose, lock_rank, floored)
select 'user/' || u || '/' || p, u, p, 1, true
from generate_series($1::int, $2::int) n,
  lateral (select ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid as u) t,
  unnest(array['available', 'withdrawing', 'held']) p;

-- name: funds
select ledger.post(202601, 46::smallint, array_agg(a.owner order by a.id),
  array_agg((select h.id from ledger.account h where h.code = 'house/capital')), array_agg(a.id order by a.id),
  array_agg($3::bigint), array_agg('00000000-0000-7000-8000-000000000001'::uuid), array_agg(a.owner order by a.id))
from ledger.account a
where a.purpose = 'available'
  and a.owner between ('00000000-0000-7000-9000-' || lpad(to_hex($1::int), 12, '0'))::uuid
    and ('00000000-0000-7000-9000-' || lpad(to_hex($2::int), 12, '0'))::uuid;
