import { transact, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import { DUE, dueRounds } from "./due.ts";
import { round } from "./schema.ts";
import { takeFence, writeLocked, writeOpen } from "./write-state.ts";

/** Locks every round whose lock has passed: from here on its pools can't move. */
export const lockDueRounds = async (deps: Deps): Promise<readonly string[]> => {
  const locked: string[] = [];
  for (const row of await dueRounds(deps, DUE.lock)) {
    const done = await transact(deps, async (work) => {
      const isDue = sql`${round.lockAt} <= clock.now()`;
      await takeFence(work, row.id);
      await writeOpen(work, row.id, isDue);
      return writeLocked(work, row.id, isDue);
    });
    if (done) locked.push(row.code);
  }
  return locked;
};
