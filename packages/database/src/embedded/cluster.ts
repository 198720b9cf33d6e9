import { existsSync } from "node:fs";
import { chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DomainError } from "@closebell/context";
import type { Binaries } from "./binaries.ts";
import { type Account, type CommandResult, runCommand } from "./run-command.ts";

/** A PostgreSQL data folder and the programs that run it. */
export interface Cluster {
  readonly dir: string;
  readonly binaries: Binaries;
  readonly as: Account | undefined;
}

const run = (cluster: Cluster, program: string, args: readonly string[], input?: string) =>
  runCommand(join(cluster.binaries.bin, program), args, {
    as: cluster.as,
    ...(input === undefined ? {} : { input }),
  });

const give = async (cluster: Cluster, path: string): Promise<void> => {
  if (cluster.as !== undefined) await chown(path, cluster.as.uid, cluster.as.gid);
};

const NAMELESS =
  "This user has no name on this machine, which PostgreSQL needs: add it to /etc/passwd, run as another, or set DATABASE_URL.";

const failed = (what: string, result: CommandResult, log = ""): DomainError => {
  const nameless = result.stderr.includes("could not look up effective user ID");
  const said = [result.stderr.trim(), log.trim()].filter((part) => part !== "").join("\n");
  return new DomainError(
    "DATABASE_UNAVAILABLE",
    `PostgreSQL ${what}: ${nameless ? NAMELESS : said}`,
  );
};

const majorVersion = async (cluster: Cluster): Promise<number> => {
  const result = await run(cluster, "postgres", ["--version"]);
  const major = /\) (\d+)/.exec(result.stdout)?.[1];
  if (major === undefined) throw failed("can't be run", result);
  return Number(major);
};

// Nobody gets in without the password, and nobody from elsewhere.
const ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n";

/** Builds the cluster beside its place and moves it there when done, so that a half-built one is never started. */
const initialise = async (cluster: Cluster, password: string, major: number): Promise<void> => {
  const unfinished = `${cluster.dir}.new`;
  const passwordFile = `${cluster.dir}.password`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await give(cluster, unfinished);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await give(cluster, passwordFile);
  try {
    const result = await run(cluster, "initdb", [
      `--pgdata=${unfinished}`,
      "--username=postgres",
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
      ...(major >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : []),
    ]);
    if (result.code !== 0) throw failed("can't create its data folder", result);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await writeFile(join(unfinished, "pg_hba.conf"), ACCESS);
  await rename(unfinished, cluster.dir);
};

/**
 * Makes the cluster exist, with a superuser `postgres` of this password.
 * @throws DomainError DATABASE_UNAVAILABLE where it belongs to another version of PostgreSQL
 */
export const ensureCluster = async (
  cluster: Cluster,
  password: { readonly value: string; readonly known: boolean },
): Promise<void> => {
  const major = await majorVersion(cluster);
  const versionFile = join(cluster.dir, "PG_VERSION");
  if (!existsSync(versionFile)) {
    await initialise(cluster, password.value, major);
    return;
  }
  const created = (await readFile(versionFile, "utf8")).trim();
  if (created !== String(major)) {
    throw new DomainError(
      "DATABASE_UNAVAILABLE",
      `${cluster.dir} was made by PostgreSQL ${created}, this is ${major}. Restore a backup into a new DATA_DIR, or run the older release.`,
    );
  }
  if (password.known) return;
  const result = await run(
    cluster,
    "postgres",
    ["--single", "-D", cluster.dir, "postgres"],
    `alter role postgres password '${password.value}'\n`,
  );
  if (result.code !== 0) throw failed("can't reset its password", result);
};

const quoted = (value: string | number): string => `'${String(value).replaceAll("'", "''")}'`;

/** Writes the cluster's settings; they hold from the next start. */
export const configure = async (
  cluster: Cluster,
  settings: Readonly<Record<string, string | number>>,
): Promise<void> => {
  const path = join(cluster.dir, "postgresql.auto.conf");
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quoted(value)}\n`);
  await writeFile(path, lines.join(""), { mode: 0o600 });
  await give(cluster, path);
};

const logOf = (cluster: Cluster): string => join(cluster.dir, "server.log");

/** Starts the server and waits until it accepts connections. Its log begins anew. */
export const startCluster = async (cluster: Cluster): Promise<void> => {
  await rename(logOf(cluster), `${logOf(cluster)}.old`).catch(() => undefined);
  const args = ["start", "-D", cluster.dir, "-w", "-t", "120", "-s", "-l", logOf(cluster)];
  for (let attempt = 0; ; attempt += 1) {
    const result = await run(cluster, "pg_ctl", args);
    if (result.code === 0) return;
    const log = await readFile(logOf(cluster), "utf8").catch(() => "");
    // processes of a server killed a moment ago take that long to notice
    if (!log.includes("is still in use") || attempt === 20) {
      throw failed("can't start", result, log.split("\n").slice(-8).join("\n"));
    }
    await Bun.sleep(250);
  }
};

/** Stops the server, waiting for it; does nothing where none runs. */
export const stopCluster = async (cluster: Cluster): Promise<void> => {
  for (const mode of ["fast", "immediate"]) {
    const result = await run(cluster, "pg_ctl", [
      "stop",
      "-D",
      cluster.dir,
      "-m",
      mode,
      "-w",
      "-t",
      "30",
      "-s",
    ]);
    if (result.code === 0 || !existsSync(join(cluster.dir, "postmaster.pid"))) return;
  }
  throw new DomainError(
    "DATABASE_UNAVAILABLE",
    `The PostgreSQL in ${dirname(cluster.dir)} can't be stopped. Kill the process named in ${cluster.dir}/postmaster.pid.`,
  );
};
