import type { RateLimiter } from "@closebell/context";
import { arrayLiteral, type Database, openDatabase } from "@closebell/database";
import { type Batch, type Counter, requestsOf } from "./batch.ts";
import { limiterOver, type LimiterOptions } from "./limiter-over.ts";

export interface PostgresLimiterOptions extends LimiterOptions {
  readonly url: string;
}

/** Windows that have ended are swept away this often. */
const SWEEP_EVERY_MS = 60_000;

/** One batch is under way at a time. */
const CONNECTIONS = 1;
const STATEMENT_TIMEOUT_MS = 2_000;

const numbers = (values: readonly number[]): string => arrayLiteral(values.map(String));

const count = async ({ sql }: Database, batch: Batch): Promise<readonly Counter[]> => {
  const { limits, demands } = batch;
  return sql<Counter[]>`
    select taken, reset_ms as "resetMs" from limits.count(
      ${arrayLiteral(limits.map(({ key }) => key))}::text[],
      ${numbers(limits.map(({ quota }) => quota))}::int[],
      ${numbers(limits.map(({ windowSeconds }) => windowSeconds))}::int[],
      ${numbers(demands)}::int[],
      ${numbers(requestsOf(batch))}::int[]
    )`;
};

const open = (url: string): Database =>
  openDatabase({
    url,
    max: CONNECTIONS,
    applicationName: "closebell-limits",
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });

/** Counts in PostgreSQL, on a connection of its own that opens at first use. A batch is one call of limits.count. */
export const postgresLimiter = ({ url, ...options }: PostgresLimiterOptions): RateLimiter => {
  let database = open(url);
  let sweptAt = performance.now();
  const sweep = () => {
    if (performance.now() - sweptAt < SWEEP_EVERY_MS) return;
    sweptAt = performance.now();
    // it waits for the connection like a batch does; what it misses the next one finds
    void database.sql`select limits.sweep()`.catch(() => undefined);
  };
  return limiterOver(
    {
      async count(batch) {
        const counters = await count(database, batch);
        sweep();
        return counters;
      },
      suspect() {
        const dead = database;
        database = open(url);
        void dead.close().catch(() => undefined);
      },
      close: () => database.close(),
    },
    options,
  );
};
