import type { Executor } from "@closebell/database";
import { sql } from "drizzle-orm";

/** Real time, by the database; also in a sandbox, whose own clock is moved by weeks. What credentials live by. */
export const realNow = async (on: Executor): Promise<Temporal.Instant> => {
  const [row] = await on.execute<{ now: Temporal.Instant }>(sql`select identity.now() as now`);
  if (row === undefined) throw new Error("identity.now() returned no row");
  return row.now;
};
