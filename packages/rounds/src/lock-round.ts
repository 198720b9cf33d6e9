import type { Deps } from "@closebell/database";
import { eq, sql } from "drizzle-orm";
import { conflict, operateRound, type OperateInput } from "./operate-round.ts";
import { round } from "./schema.ts";
import type { Round } from "./types.ts";
import { writeLocked, writeOpen } from "./write-state.ts";

/**
 * Locks an open round now. Its lock moves to just after this instant, so that every bet taken so far counts; it settles
 * when planned.
 * @throws DomainError ROUND_NOT_FOUND, ROUND_STATE_CONFLICT (not open)
 */
export const lockRound = (deps: Deps, input: OperateInput): Promise<Round> =>
  operateRound(deps, input, "round.lock", async (work, row) => {
    await writeOpen(work, row.id, sql`${round.opensAt} <= clock.now()`);
    await work.tx
      .update(round)
      .set({ lockAt: sql`least(${round.lockAt}, clock.now() + interval '1 microsecond')` })
      .where(sql`${eq(round.id, row.id)} and ${round.state} = 'OPEN'`);
    if (!(await writeLocked(work, row.id, sql`true`))) {
      throw conflict(row, "Only an OPEN round can be locked.");
    }
  });
