import type { Clock } from "@closebell/context";
import { sql } from "drizzle-orm";
import { reachable } from "./errors.ts";
import type { Database, Executor } from "./database.ts";

/** `clock.now()`, as `on` sees it. */
export const readClock = async (on: Executor): Promise<Temporal.Instant> => {
  const [row] = await on.execute<{ now: Temporal.Instant }>(sql`select clock.now() as now`);
  if (row === undefined) throw new Error("clock.now() returned no row");
  return row.now;
};

/** The service's clock: the database's, or in a sandbox the one that `moveClock` moves. */
export const databaseClock = (database: Database): Clock => ({
  now: () => reachable(database.url, () => readClock(database.orm)),
});

/** True for a database created as a sandbox, whose clock stands until it is moved. */
export const isSandbox = (database: Database): Promise<boolean> =>
  reachable(database.url, async () => {
    const [row] = await database.orm.execute<{ sandbox: boolean }>(
      sql`select clock.is_sandbox() as sandbox`,
    );
    return row?.sandbox === true;
  });
