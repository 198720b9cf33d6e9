import type { DomainEvent } from "@closebell/context";
import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type { SqlClient } from "./connect.ts";

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

/** One unit of work: a transaction, the clock inside it, and what to tell once it has committed. */
export interface Work {
  readonly tx: Transaction;
  /** Asks `clock.now()` anew at each call; take it after the locks it is compared under. */
  now(): Promise<Temporal.Instant>;
  /** Published after the commit, in order; dropped if the transaction fails. */
  emit(event: DomainEvent): void;
}
