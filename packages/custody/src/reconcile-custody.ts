import type { Executor } from "@closebell/database";
import type { AuditCheck } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { sql, type SQL } from "drizzle-orm";
import { KIND } from "./transfer-kinds.ts";

interface Off extends Record<string, unknown> {
  readonly what: string;
  readonly off: string;
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

const judge = (name: string, rows: readonly Off[]): AuditCheck => {
  const imbalance = rows.reduce((sum, row) => sum + absolute(BigInt(row.off)), 0n);
  const first = rows.slice(0, 3).map((row) => `${row.what} is off by ${row.off}`);
  return {
    name,
    ok: rows.length === 0,
    imbalance: microUsdc(imbalance),
    detail: rows.length === 0 ? "no difference" : first.join("; "),
  };
};

const check = async (
  tx: Pick<Executor, "execute">,
  name: string,
  offenders: SQL,
): Promise<AuditCheck> => judge(name, await tx.execute<Off>(offenders));

/**
 * What a user's `withdrawing` account holds is what his unfinished withdrawals ask for; what his `held` account holds is what came in
 * and was held, less what he took into play or out, and was corrected. Accounts are many, and read once for both.
 */
const setAside = sql`
  with due as (
    select user_id, 'withdrawing' as purpose, sum(amount) as sum from custody.withdrawal
    where state not in ('CONFIRMED', 'FAILED', 'REJECTED') group by user_id
    union all
    select user_id, 'held', sum(amount) from (
      select user_id, amount from custody.deposit where held
      union all select user_id, -amount from custody.held_use
      union all select user_id, -from_held from custody.withdrawal where from_held > 0 and state not in ('FAILED', 'REJECTED')
      union all select h.owner, case x.credit when h.id then x.amount else -x.amount end
        from ledger.correction k join ledger.transfer x on x.period = k.period and x.kind = 1 and x.ref = k.ref
        join ledger.account h on h.id in (x.debit, x.credit) and h.purpose = 'held') moved
    group by user_id
  )
  select coalesce(a.purpose, d.purpose) as purpose, coalesce(a.code, 'user/' || d.user_id || '/' || d.purpose) as what,
    (coalesce(a.balance, 0) - coalesce(d.sum, 0))::text as off
  from (
    select code, owner, purpose, balance from ledger.account where balance <> 0 and purpose in ('withdrawing', 'held')
  ) a full join due d on d.user_id = a.owner and d.purpose = a.purpose
  where coalesce(a.balance, 0) <> coalesce(d.sum, 0)
  order by what`;

/** What we hold on a chain is what came in and stayed, less what was paid and taken out, and what was corrected since; on what is no chain, nothing. */
const holdings = sql`
  select a.code as what, (-a.balance - coalesce(m.sum, 0))::text as off
  from ledger.account a
  left join (
    select chain, sum(amount) as sum from (
      select chain, amount from custody.deposit where state in ('CREDITED', 'SUSPENDED')
      union all select chain, amount from custody.funding where state = 'BOOKED'
      union all select chain, -amount from custody.withdrawal where state = 'CONFIRMED'
      union all select chain, -amount from custody.drawing
      union all select substr(held.code, 9), case x.debit when held.id then x.amount else -x.amount end
        from ledger.correction k join ledger.transfer x on x.period = k.period and x.kind = 1 and x.ref = k.ref
        join ledger.account held on held.id in (x.debit, x.credit) and held.code like 'custody/%') moved
    group by chain
  ) m on m.chain = substr(a.code, 9)
  where a.code like 'custody/%' and a.lock_rank = 4 and -a.balance <> coalesce(m.sum, 0)
  order by a.code`;

/**
 * Every deposit that was ever credited, set aside or released, every funding that was ever booked and every drawing has its one
 * transfer of each such step, of its amount, and nothing else has one.
 */
const credited = sql`
  select case coalesce(d.kind, x.kind) when ${KIND.funding}::smallint then 'funding/'
      when ${KIND.drawing}::smallint then 'drawing/' else 'deposit/' end || coalesce(d.id, x.ref) as what,
    (coalesce(x.amount, 0) - coalesce(d.amount, 0))::text as off
  from (
    select case when suspended_at is not null then ${KIND.depositSuspend}::smallint
        when held then ${KIND.depositHold}::smallint else ${KIND.deposit}::smallint end as kind,
      id, amount, created_at
    from custody.deposit where credited_at is not null or suspended_at is not null
    union all select case when held then ${KIND.depositReleaseHold}::smallint else ${KIND.depositRelease}::smallint end,
      id, amount, created_at
    from custody.deposit where credited_at is not null and suspended_at is not null
    union all select ${KIND.funding}::smallint, id, amount, created_at
    from custody.funding where booked_at is not null
    union all select ${KIND.drawing}::smallint, id, amount, created_at from custody.drawing
  ) d
  full join (
    -- all periods by name, so that each partition's unique index finds its few deposits
    select x.* from ledger.transfer x
    where x.kind = any(array[${KIND.deposit}, ${KIND.depositHold}, ${KIND.depositSuspend}, ${KIND.depositRelease},
      ${KIND.depositReleaseHold}, ${KIND.funding}, ${KIND.drawing}]::smallint[])
      and x.period = any(array(
      select substring(c.relname from '\\d{6}$')::integer
      from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'ledger.transfer'::regclass))
  ) x on x.kind = d.kind and x.ref = d.id and x.period = to_char(d.created_at at time zone 'UTC', 'YYYYMM')::int
  where x.amount is distinct from d.amount
  order by 1`;

/** Custody's own checks, beside the ledger's, in the caller's snapshot. Scans every deposit and withdrawal. */
export const reconcileCustody = async (
  tx: Pick<Executor, "execute">,
): Promise<readonly AuditCheck[]> => {
  const aside = await tx.execute<Off & { readonly purpose: "withdrawing" | "held" }>(setAside);
  const of = (wanted: string) => aside.filter(({ purpose }) => purpose === wanted);
  return [
    judge("withdrawing-equals-unfinished-withdrawals", of("withdrawing")),
    judge("held-equals-what-was-held", of("held")),
    await check(tx, "custody-equals-deposits-less-payments", holdings),
    await check(tx, "credited-deposits-equal-their-transfers", credited),
  ];
};
