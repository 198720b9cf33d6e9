import { DomainError } from "@closebell/context";
import { type Database, isSandbox, pendingMigrations } from "@closebell/database";
import { ALL_MIGRATIONS } from "./all-migrations.ts";

/**
 * Whether a process may run on this database, and whether it is a sandbox.
 * @throws DomainError DATABASE_UNAVAILABLE where it can't be reached or was not migrated; SANDBOX_ONLY for a sandbox in
 * production
 */
export const checkDatabase = async (
  database: Database,
  options: { readonly production: boolean },
): Promise<{ readonly sandbox: boolean }> => {
  const pending = await pendingMigrations(database, ALL_MIGRATIONS);
  if (pending.length > 0) {
    throw new DomainError(
      "DATABASE_UNAVAILABLE",
      `The database lacks migrations of ${pending.join(", ")}. Run \`bun run admin migrate\`.`,
    );
  }
  const sandbox = await isSandbox(database);
  if (sandbox && options.production) {
    throw new DomainError(
      "SANDBOX_ONLY",
      "This database is a sandbox, whose clock is moved by hand; production does not run on one. Correct DATABASE_URL.",
    );
  }
  return { sandbox };
};
