import { missingMigrations } from "./applied-migrations.ts";
import { reachable, sqlStateOf } from "./errors.ts";
import { type MigrationSet, readMigrations } from "./migration-set.ts";
import type { Database } from "./database.ts";

/**
 * Names the sets, in order, that have migrations this database lacks: empty means it is ready.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const pendingMigrations = async (
  database: Database,
  sets: readonly MigrationSet[],
): Promise<readonly string[]> => {
  const pending: string[] = [];
  for (const set of sets) {
    const missing = await reachable(database.url, () =>
      missingMigrations(database.sql, set).catch((error: unknown) => {
        // the role itself comes with the first migration, and so do the rights on its tables
        if (["22023", "42501"].includes(sqlStateOf(error) ?? "")) return readMigrations(set);
        throw error;
      }),
    );
    if (missing.length > 0) pending.push(set.name);
  }
  return pending;
};
