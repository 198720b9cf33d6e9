import { DomainError } from "@closebell/context";
import type { SqlClient } from "./connect.ts";
import {
  type Migration,
  type MigrationSet,
  migrationTable,
  readMigrations,
} from "./migration-set.ts";

/** Hash of each applied migration of a set, by its place in the order; empty where nothing was ever applied. */
const appliedHashes = async (
  sql: SqlClient,
  set: MigrationSet,
): Promise<ReadonlyMap<bigint, string>> => {
  const table = `database.${migrationTable(set)}`;
  const [found] = await sql<{ exists: boolean }[]>`
    select to_regclass(${table}) is not null as exists`;
  if (found?.exists !== true) return new Map();
  const rows = await sql<{ created_at: bigint; hash: string }[]>`
    select created_at, hash from ${sql(table)} order by created_at`;
  return new Map(rows.map((row) => [row.created_at, row.hash]));
};

/**
 * The migrations of `set` that `sql`'s database lacks, in order.
 * @throws DomainError DATABASE_UNAVAILABLE where a newer version has migrated it: what that changed, this one does not know
 * @throws Error where an applied migration has since been edited, or a new one was put before an applied one
 */
export const missingMigrations = async (
  sql: SqlClient,
  set: MigrationSet,
): Promise<readonly Migration[]> => {
  const applied = await appliedHashes(sql, set);
  const last = [...applied.keys()].at(-1) ?? -1n;
  const migrations = readMigrations(set);
  const missing = migrations.filter((migration, n) => {
    const hash = applied.get(migration.when);
    if (hash === migration.hash) return false;
    if (hash !== undefined || migration.when < last) {
      throw new Error(
        `Migration ${n} of ${set.name} ${hash === undefined ? "was put before one already applied" : "was edited after it was applied"}. ` +
          "Restore it and add a new migration instead.",
      );
    }
    return true;
  });
  if (last > (migrations.at(-1)?.when ?? -1n)) {
    throw new DomainError(
      "DATABASE_UNAVAILABLE",
      `A newer version has migrated this database: its last migration of ${set.name} is not known here. Run that version or a newer one; the way back is a backup from before.`,
    );
  }
  return missing;
};
