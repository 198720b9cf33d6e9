import type { Deps } from "@closebell/database";
import { sql } from "drizzle-orm";

/** One sealed block of transfers, for keeping elsewhere. */
export interface SealLine extends Record<string, unknown> {
  readonly stream: "transfer";
  readonly n: bigint;
  /** SHA-256, hex, of the block before and what this one holds. */
  readonly hash: string;
  /** The last id in it; the first is above the last one of the block before. */
  readonly lastId: bigint;
  readonly transfers: number;
  /** The audit log's last link when it was sealed; 0 where it had none. */
  readonly auditN: bigint;
  readonly auditHash: string | null;
  readonly sealedAt: Temporal.Instant;
}

const PAGE = 1_000;

/** The sealed blocks above `after`, oldest first, read page by page. */
export async function* sealLines(
  { database }: Pick<Deps, "database">,
  after = 0n,
): AsyncGenerator<SealLine, void, undefined> {
  for (let above = after; ;) {
    const rows = await database.orm.execute<SealLine>(sql`
      select 'transfer' as stream, n, encode(hash, 'hex') as hash, last_id as "lastId", transfers, audit_n as "auditN",
        encode(audit_hash, 'hex') as "auditHash", sealed_at as "sealedAt"
      from ledger.seal where stream = 'transfer' and n > ${above}::bigint order by n limit ${PAGE}`);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    above = last.n;
  }
}
