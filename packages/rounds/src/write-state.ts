import type { Work } from "@closebell/database";
import { type SQL, and, eq, sql } from "drizzle-orm";
import { round } from "./schema.ts";

/** Takes the fence of a round: waits for the batches of bets in flight and keeps new ones out until the commit. */
export const takeFence = async (work: Work, roundId: number): Promise<void> => {
  await work.tx.execute(sql`select rounds.fence(${roundId}::int)`);
};

/** SCHEDULED to OPEN where `condition` holds. True if this call did it. */
export const writeOpen = async (work: Work, roundId: number, condition: SQL): Promise<boolean> => {
  const [row] = await work.tx
    .update(round)
    .set({ state: "OPEN" })
    .where(and(eq(round.id, roundId), eq(round.state, "SCHEDULED"), condition))
    .returning({ market: round.market, code: round.code });
  if (row === undefined) return false;
  work.emit({ type: "round.state", market: row.market, round: row.code, state: "OPEN" });
  return true;
};

/** OPEN to LOCKED where `condition` holds; the fence must be held. True if this call did it. */
export const writeLocked = async (
  work: Work,
  roundId: number,
  condition: SQL,
): Promise<boolean> => {
  const [row] = await work.tx
    .update(round)
    .set({ state: "LOCKED", lockedAt: sql`clock.now()` })
    .where(and(eq(round.id, roundId), eq(round.state, "OPEN"), condition))
    .returning({ market: round.market, code: round.code });
  if (row === undefined) return false;
  work.emit({ type: "round.state", market: row.market, round: row.code, state: "LOCKED" });
  return true;
};
