import { DomainError, type Logger } from "@closebell/context";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as migrateSet } from "drizzle-orm/postgres-js/migrator";
import { missingMigrations } from "./applied-migrations.ts";
import { connect, restoreTypes, type SqlClient } from "./connect.ts";
import { ensureRoles } from "./ensure-roles.ts";
import { postgresError, reachable } from "./errors.ts";
import { type MigrationSet, migrationTable } from "./migration-set.ts";
import { ROLES } from "./roles.ts";

export interface MigrateOptions {
  /** Its login must be a member of closebell_owner, or be allowed to create roles the first time. */
  readonly url: string;
  /** In order of dependence; the set of this room comes first. */
  readonly sets: readonly MigrationSet[];
  /** Makes a new database a sandbox whose clock says `now`. Changes nothing on one that is a sandbox already. */
  readonly sandbox?: { readonly now: Temporal.Instant };
  readonly log?: Logger;
}

// Any number will do, as long as every version of the service takes the same one.
const MIGRATION_LOCK = 4_215_338_071n;

const applySet = async (owner: SqlClient, set: MigrationSet): Promise<readonly string[]> => {
  const missing = await missingMigrations(owner, set);
  if (missing.length === 0) return [];
  const table = migrationTable(set);
  await migrateSet(drizzle(owner), {
    migrationsFolder: set.folder,
    migrationsSchema: "database",
    migrationsTable: table,
  }).catch((error: unknown) => {
    const why = postgresError(error)?.message;
    if (why === undefined) throw error;
    throw new Error(`The migrations of ${set.name} failed, and none of them was applied: ${why}`, {
      cause: error,
    });
  });
  restoreTypes(owner);
  await owner`grant select on ${owner(`database.${table}`)} to closebell_application, closebell_readonly`;
  return missing.map((migration) => `${migration.set}/${migration.when}`);
};

const checkSandbox = async (owner: SqlClient): Promise<void> => {
  const [row] = await owner<{ sandbox: boolean }[]>`select clock.is_sandbox() as sandbox`;
  if (row?.sandbox === true) return;
  throw new DomainError(
    "SANDBOX_ONLY",
    "This database runs on real time and never becomes a sandbox. Create a new database for the sandbox.",
  );
};

const applyAll = async (options: MigrateOptions): Promise<readonly string[]> => {
  const owner = connect({
    url: options.url,
    max: 1,
    parameters: {
      role: ROLES.owner,
      application_name: "closebell-migrate",
      "closebell.sandbox_now": options.sandbox?.now.toString() ?? "",
    },
  });
  try {
    const applied: string[] = [];
    for (const set of options.sets) {
      const done = await applySet(owner, set);
      if (done.length > 0) options.log?.info({ set: set.name, count: done.length }, "migrated");
      applied.push(...done);
    }
    if (options.sandbox !== undefined) await checkSandbox(owner);
    return applied;
  } finally {
    await owner.end({ timeout: 5 });
  }
};

/**
 * Brings a database to what `sets` say: roles, schemas, tables, functions. Each set in one transaction, as closebell_owner.
 * Safe to run again, and by several processes at once: one works, the others wait and find nothing left to do.
 * @throws DomainError DATABASE_UNAVAILABLE, FORBIDDEN, SANDBOX_ONLY
 */
export const migrate = (options: MigrateOptions): Promise<{ applied: readonly string[] }> =>
  reachable(options.url, async () => {
    const login = connect({
      url: options.url,
      max: 1,
      parameters: { application_name: "closebell-migrate" },
    });
    try {
      await login`select pg_advisory_lock(${MIGRATION_LOCK})`;
      await ensureRoles(login);
      return { applied: await applyAll(options) };
    } finally {
      await login.end({ timeout: 5 });
    }
  });
