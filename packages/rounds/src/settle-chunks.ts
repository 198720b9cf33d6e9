import type { By } from "@closebell/context";
import { reachable, transact, type Deps } from "@closebell/database";
import { balancesOf } from "@closebell/ledger";
import { and, eq, sql } from "drizzle-orm";
import { roundAccounts } from "./accounts.ts";
import { round, type RoundRow } from "./schema.ts";

/** Told after each chunk, for a progress bar or a log. */
export type SettlementProgress = (done: number, chunks: number) => void;

const chunksDone = (deps: Deps, roundId: number): Promise<ReadonlySet<number>> =>
  reachable(deps.database.url, async () => {
    const rows = await deps.database.orm.execute<{ chunk: number }>(
      sql`select chunk from rounds.settlement_chunk where round_id = ${roundId}::int`,
    );
    return new Set(rows.map((row) => row.chunk));
  });

const finish = (deps: Deps, row: RoundRow, chunks: number): Promise<boolean> =>
  transact(deps, async (work) => {
    const done = await work.tx.execute<{ chunks: bigint }>(
      sql`select count(*) as chunks from rounds.settlement_chunk where round_id = ${row.id}::int`,
    );
    if (done[0]?.chunks !== BigInt(chunks)) return false;
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
 * Pays or refunds every bet of a settling round, chunk by chunk, each in its own transaction, and finishes the round.
 * What was done before a crash stays done. True if this call finished it.
 */
export const settleChunks = async (
  deps: Deps,
  input: { readonly by: By; readonly row: RoundRow; readonly onProgress?: SettlementProgress },
): Promise<boolean> => {
  const { by, row } = input;
  const chunks = (row.chunkBounds?.length ?? 0) + 1;
  const done = await chunksDone(deps, row.id);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    if (done.has(chunk)) continue;
    await transact(deps, async (work) => {
      await work.tx.execute(sql`
        select rounds.settle_chunk(${row.id}::int, ${chunk}::int, ${by.actor.id}::uuid, ${by.requestId}::uuid)`);
    });
    input.onProgress?.(chunk + 1, chunks);
  }
  return finish(deps, row, chunks);
};
