import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { DomainError, type Logger } from "@closebell/context";
import { packagedBinaries, systemBinaries } from "./binaries.ts";
import { type Cluster, configure, ensureCluster, startCluster, stopCluster } from "./cluster.ts";
import { readConnectionFile, writeConnectionFile } from "./connection-file.ts";
import { freePort, isPortFree } from "./free-port.ts";
import { lockFolder } from "./lock-folder.ts";
import { runningPostmaster } from "./postmaster.ts";
import {
  clusterDirs,
  reachableBinaries,
  reachableClusterDir,
  SHARED_FOLDERS,
} from "./reachable-place.ts";
import { serverAccount } from "./server-account.ts";
import { setWatchdog } from "./watchdog.ts";

export interface EmbeddedOptions {
  /** Everything the instance keeps: PostgreSQL's files, its password, who is running. Made if missing. */
  readonly dataDir: string;
  /** PostgreSQL's port; default: the one it had before, or any free one. */
  readonly port?: number;
  /** PostgreSQL settings, over the defaults below. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Folder of the programs of another PostgreSQL than the one that comes with the packages. */
  readonly postgresBin?: string;
  /**
   * Where root keeps what another user must reach, when `dataDir` or the packages are closed to that user; default
   * /var/lib/closebell, or else /var/tmp/closebell.
   */
  readonly sharedFolders?: readonly string[];
  readonly log?: Logger;
}

export interface EmbeddedServer {
  /** Of the superuser; migrations and roles come from `migrate`. */
  readonly url: string;
  readonly port: number;
  /** Leaves word in the data folder where the API listens. */
  announce(apiPort: number): Promise<void>;
  /** Stops PostgreSQL and gives the data folder free. May be called again. */
  stop(): Promise<void>;
}

// Errors are their clients' business; the server's log is for what only the server knows.
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: 200,
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "log",
  log_checkpoints: "off",
  jit: "off",
};

const prepare = async (dataDir: string, options: EmbeddedOptions): Promise<Cluster> => {
  const binaries =
    options.postgresBin === undefined
      ? await packagedBinaries()
      : systemBinaries(options.postgresBin);
  const bases = options.sharedFolders ?? SHARED_FOLDERS;
  const as = await serverAccount(await clusterDirs(dataDir));
  const dir = await reachableClusterDir(dataDir, as, bases);
  const cluster = { dir, as, binaries: await reachableBinaries(binaries, as, bases) };
  const orphan = await runningPostmaster(dir);
  if (orphan !== undefined) {
    options.log?.warn({ pid: orphan }, "stopping the PostgreSQL that a killed instance left");
    await stopCluster(cluster);
  }
  return cluster;
};

/** Starts on the port asked for, or on one that is free, which another program may take before PostgreSQL does. */
const startOnPort = async (
  cluster: Cluster,
  options: EmbeddedOptions,
  before: number | undefined,
): Promise<number> => {
  for (let attempt = 0; ; attempt += 1) {
    const port = options.port ?? (await freePort(before));
    await configure(cluster, { ...SETTINGS, ...options.settings, port });
    try {
      await startCluster(cluster);
      return port;
    } catch (error) {
      if (await isPortFree(port)) throw error;
      if (options.port !== undefined) {
        throw new DomainError(
          "DATABASE_UNAVAILABLE",
          `Port ${port}, asked for PostgreSQL, is taken by another program. Choose another, or none.`,
          { cause: error },
        );
      }
      if (attempt === 3) throw error;
    }
  }
};

const start = async (dataDir: string, options: EmbeddedOptions): Promise<EmbeddedServer> => {
  const cluster = await prepare(dataDir, options);
  const before = await readConnectionFile(dataDir);
  const known = before === undefined ? "" : (URL.parse(before.url)?.password ?? "");
  const password = known === "" ? randomBytes(24).toString("hex") : known;
  await ensureCluster(cluster, { value: password, known: known !== "" });
  const port = await startOnPort(cluster, options, before?.port);
  const pid = await runningPostmaster(cluster.dir);
  if (pid === undefined) throw new DomainError("DATABASE_UNAVAILABLE", "PostgreSQL ended at once.");
  const watchdog = setWatchdog(pid, cluster.as);
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const file = { url, port, pid: process.pid };
  await writeConnectionFile(dataDir, file);
  options.log?.info({ port, dir: cluster.dir }, "PostgreSQL started");
  return {
    url,
    port,
    announce: (apiPort) => writeConnectionFile(dataDir, { ...file, apiPort }),
    async stop() {
      await stopCluster(cluster);
      watchdog.dismiss();
    },
  };
};

/**
 * Runs a PostgreSQL of our own in `dataDir`, on 127.0.0.1, for as long as this process lives. Survives what a kill left
 * behind: a stale pid file, a server without its owner, a half-built folder.
 * @throws DomainError DATABASE_UNAVAILABLE, in one line, where it can't
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<EmbeddedServer> => {
  const dataDir = resolve(options.dataDir);
  const lock = await lockFolder(dataDir);
  try {
    const server = await start(dataDir, options);
    let stopping: Promise<void> | undefined;
    return {
      ...server,
      stop: () => (stopping ??= server.stop().finally(() => lock.release())),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
};
