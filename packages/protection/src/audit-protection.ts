import type { Transaction } from "@closebell/database";
import type { AuditCheck } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

interface Off extends Record<string, unknown> {
  readonly userId: string;
  readonly day: string;
  readonly off: string;
}

/**
 * Protection's own check, beside the ledger's, in the caller's snapshot: what is counted for the periods that are running, of
 * every user who set a limit, is what the books say of his deposits, stakes and returns.
 */
export const auditProtection = async (
  tx: Pick<Transaction, "execute">,
): Promise<readonly AuditCheck[]> => {
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
  return [
    {
      name: "limit-counters-equal-the-books",
      ok: rows.length === 0,
      imbalance: microUsdc(imbalance),
      detail:
        rows.length === 0
          ? "every limit counts what the books say"
          : `counted wrong: ${first.join("; ")}`,
    },
  ];
};
