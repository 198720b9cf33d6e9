import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import { connect, restoreTypes, type SqlClient } from "./connect.ts";
import { type Role, ROLES } from "./roles.ts";
import type { Work } from "./transact.ts";

type Schema = Record<string, never>;

/** Drizzle bound to the pool: each query may run on another connection. */
export type Orm = PostgresJsDatabase<Schema>;
/** Drizzle bound to one transaction. */
export type Transaction = Parameters<Parameters<Orm["transaction"]>[0]>[0];
/** Whatever a read can be run on. */
export type Executor = Orm | Transaction;

/** One pool, with drizzle and postgres.js side by side on it. Both read and write the same types. */
export interface Database {
  readonly orm: Orm;
  /** For statements drizzle can't say. Never inside a transaction of `orm`: a full pool would wait for itself. */
  readonly sql: SqlClient;
  readonly url: string;
  /** Waits up to a second for what runs, then cuts it off. */
  close(): Promise<void>;
  /** The unit of work that this is the inside of, if it is: `orm` is then its transaction. */
  readonly work?: Work;
}

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
