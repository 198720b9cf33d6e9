import { reachable, texts, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";

/** Transfers in a block at most; some 20 ms of hashing. */
const BLOCK = 10_000;
/** Blocks a call seals at most, so that a long backlog is worked off in turns. */
const BLOCKS = 50;
/** How long a call waits for transactions that may still commit what it would seal. */
const PATIENCE_MS = 2_000;
const LOOK_AGAIN_MS = 50;

/** How far the transfers are sealed. */
export interface SealState {
  /** Transfers sealed by this call. */
  readonly sealed: number;
  /** Every transfer up to this id is in a block. */
  readonly through: bigint;
  /** Ids given meanwhile that are in no block yet; most of them are transfers. */
  readonly behind: bigint;
  /** Seconds of real time since a sealer last got further; 0 where nothing is behind. */
  readonly lagSeconds: number;
}

type SealDeps = Pick<Deps, "database">;

interface Horizon extends Record<string, unknown> {
  readonly last_id: bigint;
  readonly writers: string[];
}

const horizon = async ({ database }: SealDeps): Promise<Horizon> => {
  const [row] = await database.orm.execute<Horizon>(
    sql`select last_id, writers from ledger.seal_horizon()`,
  );
  if (row === undefined) throw new Error("the horizon of the seal is empty");
  return row;
};

/** True once none of `writers` is left; false where they take longer than the patience. */
const outwait = async (
  { database }: SealDeps,
  writers: readonly string[],
  patienceMs: number,
): Promise<boolean> => {
  const until = performance.now() + patienceMs;
  for (let left = writers.length > 0; left;) {
    const [row] = await database.orm.execute<{ left: boolean }>(
      sql`select ledger.transfer_writers() && ${texts(writers)} as left`,
    );
    left = row?.left === true;
    if (left && performance.now() >= until) return false;
    if (left) await Bun.sleep(LOOK_AGAIN_MS);
  }
  return true;
};

interface Next extends Record<string, unknown> {
  readonly busy: boolean;
  readonly through: bigint;
  readonly transfers: number;
  readonly idle: number;
}

const sealNext = async ({ database }: SealDeps, upTo: bigint, size: number): Promise<Next> => {
  const [row] = await database.orm.execute<Next>(
    sql`select busy, through, transfers, idle from ledger.seal_next(${upTo}::bigint, ${size}::int)`,
  );
  if (row === undefined) throw new Error("sealing returned no row");
  return row;
};

/**
 * Seals the transfers committed so far in hashed blocks, off the path they are posted on. Ids commit out of order: so it
 * notes the last id given, waits until every transaction is over that may hold one up to it, and seals up to there. Any
 * number of sealers may run; one works. Does nothing while an older transaction takes longer than its patience.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const sealTransfers = (
  deps: SealDeps,
  options: { readonly blockSize?: number; readonly patienceMs?: number } = {},
): Promise<SealState> => {
  const { blockSize = BLOCK, patienceMs = PATIENCE_MS } = options;
  return reachable(deps.database.url, async () => {
    const { last_id: upTo, writers } = await horizon(deps);
    const over = await outwait(deps, writers, patienceMs);
    // while others write, nothing may be sealed, and 0 asks how far it is
    let next = await sealNext(deps, over ? upTo : 0n, blockSize);
    let sealed = next.transfers;
    for (let left = over ? BLOCKS : 0; left > 0 && !next.busy && next.through < upTo; left -= 1) {
      next = await sealNext(deps, upTo, blockSize);
      sealed += next.transfers;
    }
    const behind = upTo - next.through;
    return { sealed, through: next.through, behind, lagSeconds: behind === 0n ? 0 : next.idle };
  });
};
