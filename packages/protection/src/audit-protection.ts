import type { Transaction } from "@closebell/database";
import type { AuditCheck } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

interface Off extends Record<string, unknown> {
  readonly userId: string;
  readonly day: string;
  readonly off: string;
}

type Reader = Pick<Transaction, "execute">;

/** What is counted for the periods that are running, of every user who set a limit, against what the books say. */
const auditCounters = async (tx: Reader): Promise<AuditCheck> => {
  const rows = await tx.execute<Off>(sql`
    with running as (
      select least(date_trunc('week', m.now), date_trunc('month', m.now))::date as first
      from (select clock.now() at time zone 'UTC' as now) m)
    select p.user_id as "userId", x.day, x.off::text as off
    from protection.player p cross join running
    cross join lateral (select greatest(p.counted_from, running.first) as first) f
    cross join lateral (
      select coalesce(r.day, d.day) as day,
        abs(coalesce(r.deposited, 0) - coalesce(d.deposited, 0)) + abs(coalesce(r.staked, 0) - coalesce(d.staked, 0))
          + abs(coalesce(r.returned, 0) - coalesce(d.returned, 0)) as off
      from protection.recount(p.user_id, f.first) r
      full join (select * from protection.day y where y.user_id = p.user_id and y.day >= f.first) d on d.day = r.day) x
    where p.counted_from is not null and x.off <> 0
    order by 1, 2`);
  const imbalance = rows.reduce((sum, row) => sum + BigInt(row.off), 0n);
  const first = rows.slice(0, 3).map((row) => `${row.userId} on ${row.day} by ${row.off}`);
  return {
    name: "limit-counters-equal-the-books",
    ok: rows.length === 0,
    imbalance: microUsdc(imbalance),
    detail:
      rows.length === 0
        ? "every limit counts what the books say"
        : `counted wrong: ${first.join("; ")}`,
  };
};

/** What may still be staked today without another look, against what the limits in force leave: nothing while suspended. */
const auditRoom = async (tx: Reader): Promise<AuditCheck> => {
  const rows = await tx.execute<Off>(sql`
    select d.user_id as "userId", d.day, (d.room - least(coalesce(l.rest, d.room), s.most))::text as off
    from (select clock.now() as now) m
    join protection.day d on d.day = (m.now at time zone 'UTC')::date
    cross join lateral (
      select min(greatest(x.amount - x.used, 0)) as rest from protection.limits_of(d.user_id, m.now) x
      where x.kind <> 'deposit') l
    cross join lateral (
      select case when protection.is_suspended(d.user_id, m.now) then 0 else d.room end as most) s
    where d.room > least(coalesce(l.rest, d.room), s.most)
    order by 1`);
  const first = rows.slice(0, 3).map((row) => `${row.userId} by ${row.off}`);
  return {
    name: "room-within-the-limits",
    ok: rows.length === 0,
    imbalance: microUsdc(rows.reduce((sum, row) => sum + BigInt(row.off), 0n)),
    detail:
      rows.length === 0
        ? "nobody may stake more today than limits and restrictions leave"
        : `may stake too much: ${first.join("; ")}`,
  };
};

/** Protection's own checks, beside the ledger's, in the caller's snapshot. */
export const auditProtection = async (tx: Reader): Promise<readonly AuditCheck[]> => [
  await auditCounters(tx),
  await auditRoom(tx),
];
