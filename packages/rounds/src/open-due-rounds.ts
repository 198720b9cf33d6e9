import { transact, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import { DUE, dueRounds } from "./due.ts";
import { round } from "./schema.ts";
import { writeOpen } from "./write-state.ts";

/** Writes OPEN on every round whose time has come. Bets don't wait for it: they go by the clock. */
export const openDueRounds = async (deps: Deps): Promise<readonly string[]> => {
  const opened: string[] = [];
  for (const row of await dueRounds(deps, DUE.open)) {
    const done = await transact(deps, (work) =>
      writeOpen(work, row.id, sql`${round.opensAt} <= clock.now()`),
    );
    if (done) opened.push(row.code);
  }
  return opened;
};
