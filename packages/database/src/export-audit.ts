import { sql } from "drizzle-orm";
import type { Deps } from "./transact.ts";

/**
 * One link of the audit log, for keeping elsewhere. `hash` is the SHA-256 of the previous link's hash (as bytes; nothing
 * before the first), followed by `text` in UTF-8: whoever has the lines can check the chain without this service.
 */
export interface AuditLine {
  readonly stream: "audit";
  readonly n: bigint;
  readonly hash: string;
  /** The row as JSON: id, at, actor, actorName, action, subject, reason, requestId, before, after. */
  readonly text: string;
}

const PAGE = 1_000;

/** The audit log above link `after`, oldest first, read page by page. */
export async function* auditLines(
  { database }: Pick<Deps, "database">,
  after = 0n,
): AsyncGenerator<AuditLine, void, undefined> {
  for (let above = after; ;) {
    const rows = await database.orm.execute<{ n: bigint; hash: string; text: string }>(sql`
      select c.n, encode(c.hash, 'hex') as hash, database.audit_text(a) as text
      from database.audit_chain c join database.audit a on a.id = c.audit_id
      where c.n > ${above}::bigint order by c.n limit ${PAGE}`);
    for (const row of rows) yield { stream: "audit", ...row };
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    above = last.n;
  }
}
