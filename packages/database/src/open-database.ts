import { drizzle } from "drizzle-orm/postgres-js";
import { connect, restoreTypes } from "./connect.ts";
import type { Database } from "./database.ts";
import { type Role, ROLES } from "./roles.ts";

export interface DatabaseOptions {
  readonly url: string;
  /** Default: application. */
  readonly role?: Role;
  /** Connections at most; default 10. */
  readonly max?: number;
  readonly applicationName?: string;
  /** The server ends a statement that runs longer; default 30 s, 0 for never. */
  readonly statementTimeoutMs?: number;
}

/** Opens a pool that acts as `role`. Connects lazily: what is wrong with the URL shows at the first query. */
export const openDatabase = (options: DatabaseOptions): Database => {
  const sql = connect({
    url: options.url,
    max: options.max ?? 10,
    parameters: {
      role: ROLES[options.role ?? "application"],
      application_name: options.applicationName ?? "closebell",
      statement_timeout: options.statementTimeoutMs ?? 30_000,
      default_transaction_isolation: "read committed",
      TimeZone: "UTC",
      DateStyle: "ISO",
    },
  });
  const orm = drizzle(sql);
  restoreTypes(sql);
  return { orm, sql, url: options.url, close: () => sql.end({ timeout: 1 }) };
};
