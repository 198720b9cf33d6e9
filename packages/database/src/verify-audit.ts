import { sql } from "drizzle-orm";
import { reachable } from "./errors.ts";
import type { Executor } from "./database.ts";
import type { Deps } from "./transact.ts";

type ReadDeps = Pick<Deps, "database">;

/** A place of a record that is not as it was written. */
export interface RecordFinding {
  readonly stream: "audit" | "transfer";
  /** Number of the link or block; null for a row that has none. */
  readonly n: bigint | null;
  readonly finding: string;
}

/** How far a record reaches: the number and hash of its last link or block. Kept elsewhere, it shows a cut-off end. */
export interface RecordHead {
  readonly n: bigint;
  /** SHA-256, hex. */
  readonly hash: string;
}

/** What a look at one record found. */
export interface RecordReport {
  /** Links or blocks. */
  readonly count: bigint;
  readonly head: RecordHead | null;
  readonly findings: readonly RecordFinding[];
}

/** What is wrong is counted in full and told up to here. */
const TOLD = 100;

/** The last link of the audit log's chain. */
export const auditHead = ({ database }: ReadDeps): Promise<RecordHead | null> =>
  reachable(database.url, () => readHead(database.orm));

const readHead = async (on: Executor): Promise<RecordHead | null> => {
  const [head] = await on.execute<{ n: bigint; hash: string }>(sql`
    select n, encode(hash, 'hex') as hash from database.audit_chain order by n desc limit 1`);
  return head ?? null;
};

/**
 * Recomputes every link of the audit log's chain: finds rows edited, removed (their links with them or not) or slipped in.
 * That the end was cut off is found by a head kept elsewhere, and by the sealed blocks of transfers. Reads the whole log.
 */
export const verifyAudit = async ({ database }: ReadDeps): Promise<RecordReport> => {
  const { orm: on } = database;
  const rows = await on.execute<{ n: bigint | null; audit_id: bigint; finding: string }>(sql`
    select n, audit_id, finding from database.verify_audit() limit ${TOLD}`);
  const [total] = await on.execute<{ count: bigint }>(
    sql`select count(*) as count from database.audit_chain`,
  );
  return {
    count: total?.count ?? 0n,
    head: await readHead(on),
    findings: rows.map(({ n, audit_id, finding }) => ({
      stream: "audit",
      n,
      finding: `audit row ${audit_id}: ${finding}`,
    })),
  };
};

/** The hash of the audit log's link `n`; undefined where there is none. */
export const auditLink = (
  { database }: ReadDeps,
  { n }: { readonly n: bigint },
): Promise<string | undefined> =>
  reachable(database.url, async () => {
    const [link] = await database.orm.execute<{ hash: string }>(
      sql`select encode(hash, 'hex') as hash from database.audit_chain where n = ${n}::bigint`,
    );
    return link?.hash;
  });
