import { readdirSync } from "node:fs";
import { join } from "node:path";
import { NotConserved, type Stage } from "../stage.ts";
import { openSql } from "../scene/house.ts";

const DEBIAN = "/usr/lib/postgresql";

const versions = (): readonly string[] => {
  try {
    return readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a));
  } catch {
    return [];
  }
};

/** The pgbench of this machine: on the PATH, or the newest where Debian puts it. */
export const findPgbench = (): string | undefined =>
  versions()
    .map((version) => join(DEBIAN, version, "bin", "pgbench"))
    .find((path) => Bun.which(path) !== null) ??
  Bun.which("pgbench") ??
  undefined;

/** Why a line that needs pgbench has no figure. */
export const NO_PGBENCH = "no pgbench on the PATH or under /usr/lib/postgresql";

const THREADS = Math.max(1, Math.min(navigator.hardwareConcurrency, 2));

const run = async (program: string, url: string, args: readonly string[], signal: AbortSignal) => {
  const { hostname, port, username, password, pathname } = new URL(url);
  const child = Bun.spawn(
    [program, "-h", hostname, "-p", port || "5432", "-U", username, ...args, pathname.slice(1)],
    {
      env: { PGPASSWORD: decodeURIComponent(password), LC_ALL: "C" },
      stdout: "pipe",
      stderr: "pipe",
      signal,
    },
  );
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`pgbench ended with ${code}: ${err.slice(-500)}`);
  return out;
};

/** Transactions a second of what pgbench printed, without the time it took to connect; 0 where it got none done. */
export const tpsOf = (output: string): number => {
  if (/actually processed: 0(\/\d+)?$/m.test(output)) return 0;
  const found = /^tps = ([\d.]+)/m.exec(output)?.[1];
  if (found === undefined) throw new Error(`pgbench printed no tps: ${output.slice(-300)}`);
  return Number(found);
};

/** One of pgbench's workloads on one database. */
export interface Pgbench {
  /** Transactions a second of `clients` connections over `seconds`. */
  tps(clients: number, seconds: number): Promise<number>;
}

/** A workload: `[]` is TPC-B, `["-S"]` the reads by primary key, `["-f", file]` a script. Statements are prepared. */
export const pgbenchOn = (
  { pgbench: program, signal }: Pick<Stage, "pgbench" | "signal">,
  url: string,
  workload: readonly string[],
): Pgbench | undefined =>
  program === undefined
    ? undefined
    : {
        async tps(clients, seconds) {
          const load = ["-c", `${clients}`, "-j", `${Math.min(THREADS, clients)}`];
          const timed = ["-T", `${Math.max(1, Math.round(seconds))}`, "-M", "prepared"];
          return tpsOf(await run(program, url, [...workload, ...load, ...timed], signal));
        },
      };

/** A database with pgbench's own tables at the stage's scale; undefined without pgbench. */
export const createPgbenchTables = async (stage: Stage): Promise<string | undefined> => {
  if (stage.pgbench === undefined) return undefined;
  stage.step(`pgbench tables, scale ${stage.sizes.pgbenchScale}`);
  const url = await stage.server.createDatabase();
  await run(stage.pgbench, url, ["-i", "-q", "-s", `${stage.sizes.pgbenchScale}`], stage.signal);
  await stage.server.checkpoint();
  return url;
};

/** @throws NotConserved unless accounts, tellers and branches sum to the same, as TPC-B wants */
export const checkTpcb = async (url: string): Promise<void> => {
  const sql = openSql(url, 1);
  try {
    const [row] = await sql<{ same: boolean; sums: string }[]>`
      select a = t and t = b as same, concat_ws(', ', a, t, b) as sums
      from (select sum(abalance) as a from pgbench_accounts) x,
        (select sum(tbalance) as t from pgbench_tellers) y, (select sum(bbalance) as b from pgbench_branches) z`;
    if (row?.same !== true) throw new NotConserved(`TPC-B does not balance: ${row?.sums ?? ""}`);
  } finally {
    await sql.end({ timeout: 1 });
  }
};

/** Tries each number of clients for a moment, and tells the one with the most transactions a second. */
export const bestClients = async (stage: Stage, name: string, bench: Pgbench): Promise<number> => {
  let best = { clients: stage.sizes.sweep[0] ?? 8, tps: 0 };
  for (const clients of stage.sizes.sweep) {
    stage.step(`${name}, trying ${clients} clients`);
    const tps = await bench.tps(clients, stage.sizes.sweepSeconds);
    if (tps > best.tps) best = { clients, tps };
  }
  return best.clients;
};
