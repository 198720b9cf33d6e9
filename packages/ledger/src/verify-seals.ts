import {
  type Deps,
  type Executor,
  reachable,
  type RecordFinding,
  type RecordHead,
  type RecordReport,
} from "@closebell/database";
import { sql } from "drizzle-orm";

/** Blocks looked at in one statement: a second's work at most. */
const PAGE = 100n;
const TOLD = 100;

type ReadDeps = Pick<Deps, "database">;

/** The last sealed block of transfers. */
export const sealHead = ({ database }: ReadDeps): Promise<RecordHead | null> =>
  reachable(database.url, () => readHead(database.orm));

const readHead = async (on: Executor): Promise<RecordHead | null> => {
  const [head] = await on.execute<{ n: bigint; hash: string }>(sql`
    select n, encode(hash, 'hex') as hash from ledger.seal where stream = 'transfer' order by n desc limit 1`);
  return head ?? null;
};

/** The hash of block `n`; undefined where there is none. */
export const sealedBlock = (
  { database }: ReadDeps,
  { n }: { readonly n: bigint },
): Promise<string | undefined> =>
  reachable(database.url, async () => {
    const [block] = await database.orm.execute<{ hash: string }>(sql`
      select encode(hash, 'hex') as hash from ledger.seal where stream = 'transfer' and n = ${n}::bigint`);
    return block?.hash;
  });

/**
 * Transfers where none can be: before the first id, between the last block and how far the sealer has looked, and above the last id
 * that was given (asked after the transfers that are seen were there).
 */
const strays = async (on: Executor): Promise<readonly RecordFinding[]> => {
  const rows = await on.execute<{ id: bigint }>(sql`
    select x.id from ledger.transfer x
    where x.id <= 0 or (x.id > (select coalesce(max(s.last_id), 0) from ledger.seal s where s.stream = 'transfer')
      and x.id <= (select p.through from ledger.seal_progress p where p.stream = 'transfer'))
      or x.id > (select h.last_id from ledger.seal_horizon() h)
    order by x.id limit ${TOLD}`);
  return rows.map(({ id }) => ({
    stream: "transfer",
    n: null,
    finding: `transfer ${id}: slipped in, or its block removed`,
  }));
};

/**
 * Recomputes every sealed block: finds transfers edited, removed or slipped in since they were sealed, blocks removed, and an audit
 * log that no longer has the link a block names. Reads every sealed transfer.
 */
export const verifySeals = async ({ database }: ReadDeps): Promise<RecordReport> => {
  const { orm: on } = database;
  const head = await readHead(on);
  const findings: RecordFinding[] = [];
  const last = head?.n ?? 0n;
  for (let above = 0n; above < last && findings.length < TOLD; above += PAGE) {
    const rows = await on.execute<{ n: bigint; finding: string }>(sql`
      select n, finding from ledger.verify_seals(${above}::bigint, ${above + PAGE}::bigint)`);
    findings.push(...rows.map((row) => ({ stream: "transfer", ...row }) as const));
  }
  const [total] = await on.execute<{ count: bigint }>(
    sql`select count(*) as count from ledger.seal where stream = 'transfer'`,
  );
  return {
    count: total?.count ?? 0n,
    head,
    findings: [...findings, ...(await strays(on))].slice(0, TOLD),
  };
};
