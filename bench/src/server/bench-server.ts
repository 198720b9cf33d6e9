import postgres from "postgres";
import { type OwnServer, startOwnServer } from "./own-server.ts";

/** The PostgreSQL that everything is measured on. */
export interface BenchServer {
  readonly version: string;
  /** What decides how durable and how fast it is, as it says itself. */
  readonly settings: Readonly<Record<string, string>>;
  /** A new database, empty or a copy of the one at `template`, which nobody may be connected to. */
  createDatabase(template?: string): Promise<string>;
  dropDatabase(url: string): Promise<void>;
  /** Writes out what is in memory, so that no sample pays for the one before. */
  checkpoint(): Promise<void>;
  /** Drops what was created, and stops and removes the server where it is our own. May be called again. */
  close(): Promise<void>;
}

const SHOWN = [
  "fsync",
  "synchronous_commit",
  "full_page_writes",
  "wal_level",
  "wal_sync_method",
  "commit_delay",
  "shared_buffers",
  "max_wal_size",
  "checkpoint_timeout",
  "work_mem",
  "max_connections",
  "autovacuum",
  "jit",
  "max_parallel_workers_per_gather",
];

const withName = (url: string, name: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
};

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

const readSettings = async (admin: postgres.Sql): Promise<Readonly<Record<string, string>>> => {
  const rows = await admin<{ name: string; value: string }[]>`
    select name, current_setting(name) as value from pg_settings where name = any(${SHOWN})
    order by array_position(${SHOWN}, name)`;
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
};

const serve = async (url: string, own: OwnServer | undefined): Promise<BenchServer> => {
  const admin = postgres(url, { max: 1, onnotice: () => undefined });
  const [about] = await admin<{ version: string }[]>`select version()`;
  const settings = await readSettings(admin);
  const created = new Set<string>();
  let made = 0;
  let closing: Promise<void> | undefined;
  const drop = async (name: string): Promise<void> => {
    await admin`drop database if exists ${admin(name)} with (force)`;
    created.delete(name);
  };
  const close = async (): Promise<void> => {
    // our own server goes with all its files
    if (own === undefined) for (const name of created) await drop(name);
    await admin.end({ timeout: 1 });
    await own?.remove();
  };
  return {
    version: about?.version ?? "unknown",
    settings,
    async createDatabase(template) {
      made += 1;
      const name = `closebell_bench_${process.pid}_${made}`;
      const from = template === undefined ? "template0" : nameOf(template);
      await admin`create database ${admin(name)} template ${admin(from)} strategy file_copy`;
      created.add(name);
      return withName(url, name);
    },
    dropDatabase: (target) => drop(nameOf(target)),
    checkpoint: async () => void (await admin`checkpoint`),
    close: () => (closing ??= close()),
  };
};

/**
 * Connects to the server at `url`, whose login must be a superuser, or starts one of our own in a folder of its own,
 * `durable` or not.
 */
export const openServer = async (
  url: string | undefined,
  durable: boolean,
): Promise<BenchServer> => {
  if (url !== undefined) return serve(url, undefined);
  const own = await startOwnServer(durable);
  try {
    return await serve(own.url, own);
  } catch (error) {
    await own.remove();
    throw error;
  }
};
