import { sql } from "drizzle-orm";
import { reachable } from "./errors.ts";
import type { Database } from "./database.ts";

/** When something last said that it lives. */
export interface Heartbeat {
  readonly name: string;
  /** By the database's host, in real time. */
  readonly at: Temporal.Instant;
  readonly ageSeconds: number;
}

/**
 * Notes that `name` lives. Cheap, but a write: every few seconds is enough.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const beat = (database: Database, name: string): Promise<void> =>
  reachable(database.url, async () => {
    await database.orm.execute(sql`
      insert into database.heartbeat (name) values (${name})
      on conflict (name) do update set at = clock_timestamp()`);
  });

/**
 * Everything that ever gave a sign of life, and how long ago.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const readHeartbeats = (database: Database): Promise<readonly Heartbeat[]> =>
  reachable(database.url, async () => {
    const rows = await database.orm.execute<{
      name: string;
      at: Temporal.Instant;
      ageSeconds: number;
    }>(sql`
      select name, at, extract(epoch from clock_timestamp() - at)::float8 as "ageSeconds"
      from database.heartbeat order by name`);
    return [...rows];
  });
