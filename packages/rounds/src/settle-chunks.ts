import type { By } from "@closebell/context";
import { reachable, transact, type Deps } from "@closebell/database";
import { balancesOf } from "@closebell/ledger";
import { and, eq, sql } from "drizzle-orm";
import { roundAccounts } from "./accounts.ts";
import { round, type RoundRow } from "./schema.ts";
import { followSettlement, type SettlementProgress } from "./settlement-progress.ts";

/** Chunks in flight: two keep a small machine busy, and leave connections for everybody else. */
const IN_FLIGHT = 2;

interface SettleInput {
  readonly by: By;
  readonly row: RoundRow;
  readonly onProgress?: SettlementProgress;
}

/** Pays one chunk from `from` on in a transaction of its own; undefined where none is left to take. */
const payNext = (deps: Deps, { by, row }: SettleInput, from: number, wait: boolean) =>
  transact(deps, async (work) => {
    const [paid] = await work.tx.execute<{ chunk: number; bets: bigint }>(sql`
      select chunk, bets from rounds.settle_next(${row.id}::int, ${from}::int, ${wait}::boolean,
        ${by.actor.id}::uuid, ${by.requestId}::uuid)`);
    return paid;
  });

const payAll = async (
  deps: Deps,
  input: SettleInput,
  wait: boolean,
  paid: (bets: bigint) => void,
): Promise<void> => {
  for (let from = 0; ;) {
    const chunk = await payNext(deps, input, from, wait);
    if (chunk === undefined) return;
    paid(chunk.bets);
    from = chunk.chunk + 1;
  }
};

/** True where every chunk is done; a process that is stopped or failed may have left some. */
const isPaid = (deps: Deps, row: RoundRow): Promise<boolean> =>
  reachable(deps.database.url, async () => {
    const [left] = await deps.database.orm.execute<{ done: boolean }>(sql`
      select count(c.chunk) = coalesce(r.chunks, cardinality(r.chunk_bounds) + 1) as done
      from rounds.round r left join rounds.settlement_chunk c on c.round_id = r.id
      where r.id = ${row.id}::int group by r.id`);
    return left?.done === true;
  });

const finish = (deps: Deps, row: RoundRow): Promise<boolean> =>
  transact(deps, async (work) => {
    const { settlement } = roundAccounts(row.accounts);
    const left = (await balancesOf(work.tx, [settlement])).get(settlement);
    if (left !== 0n) {
      throw new Error(`${settlement} still holds ${left} after its last chunk`);
    }
    const [finished] = await work.tx
      .update(round)
      .set({ state: row.outcome === "VOID" ? "VOID" : "SETTLED", finishedAt: sql`clock.now()` })
      .where(and(eq(round.id, row.id), eq(round.state, "SETTLING")))
      .returning({ state: round.state });
    if (finished === undefined) return false;
    work.emit({
      type: "round.state",
      market: row.market,
      round: row.code,
      state: finished.state,
    });
    return true;
  });

/**
 * Pays or refunds every bet of a settling round, in chunks, each in its own transaction and some at once, and finishes the
 * round. What was done before a crash stays done; other processes at the same round share the work. True if this call
 * finished it.
 */
export const settleChunks = async (deps: Deps, input: SettleInput): Promise<boolean> => {
  const progress = await followSettlement(deps, input.row, input.onProgress);
  const workers = Array.from({ length: IN_FLIGHT }, () =>
    payAll(deps, input, false, progress.paid),
  );
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  // what another process had in hand is waited for, or taken over if that process died
  await payAll(deps, input, true, progress.paid);
  const finished = (await isPaid(deps, input.row)) && (await finish(deps, input.row));
  progress.end(finished);
  return finished;
};
