import type { Database } from "../database.ts";
import { openDatabase } from "../open-database.ts";
import type { ScratchDatabase } from "./scratch-database.ts";

/** Counts what a piece of work touches, so that a test can compare costs without a clock. */
export interface BufferCounter extends AsyncDisposable {
  /** The application's, on one connection: what is to be counted runs on it. */
  readonly database: Database;
  /** Blocks of tables and indexes, catalogs left out, that `work` read from memory or disk. */
  buffersOf(work: () => Promise<unknown>): Promise<number>;
}

/** A counter on a scratch database; nothing else may run on that meanwhile. */
export const countBuffers = (scratch: ScratchDatabase): BufferCounter => {
  const database = openDatabase({ url: scratch.url, max: 1 });
  const read = async (): Promise<number> => {
    await database.sql`select pg_stat_force_next_flush()`;
    const [row] = await database.sql<[{ blocks: string }]>`
      select sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read + idx_blks_hit, 0)) as blocks
      from pg_statio_user_tables where schemaname not in ('clock', 'database')`;
    return Number(row.blocks);
  };
  return {
    database,
    async buffersOf(work) {
      // once to fill the connection's own caches
      await work();
      const before = await read();
      await work();
      return (await read()) - before;
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
};
