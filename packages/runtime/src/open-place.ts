import { DomainError, type Logger } from "@closebell/context";
import { isSandboxFolder } from "./auth-secret.ts";
import type { Config } from "./read-config.ts";

/** Where the database of a process is, and how it came there. */
export interface Place {
  /** A login that may act for the roles of the service. */
  readonly url: string;
  readonly how: "configured" | "started" | "attached";
  /** Of an embedded PostgreSQL. */
  readonly dataDir: string | undefined;
  /** Leaves word for others where the API listens; only where PostgreSQL was started here. */
  announce(apiPort: number): Promise<void>;
  /** Stops what was started here. */
  close(): Promise<void>;
}

/**
 * How a process comes to its database where no DATABASE_URL is set. `serve`: it runs the embedded PostgreSQL. `attach`: it
 * uses one that another process runs. `join`: it uses one that runs, the sandbox's too, and else runs one itself.
 */
export type PlaceMode = "serve" | "attach" | "join";

export interface PlaceOptions {
  readonly config: Pick<Config, "databaseUrl" | "dataDir" | "production" | "sandboxDir">;
  readonly mode: PlaceMode;
  readonly log: Logger;
  /** Instead of the configured data folder. */
  readonly dataDir?: string;
}

const nothing = () => Promise.resolve();

/** Before anything is started there. */
const refuseSandbox = async (
  { production, sandboxDir }: PlaceOptions["config"],
  dataDir: string,
): Promise<void> => {
  if (!production || (dataDir !== sandboxDir && !(await isSandboxFolder(dataDir)))) return;
  throw new DomainError(
    "SANDBOX_ONLY",
    `NODE_ENV is production, which runs no sandbox, and ${dataDir} is for one. Unset NODE_ENV to play; for real, \`bun run start\` with a DATA_DIR of its own.`,
  );
};

const start = async (dataDir: string, { config, log }: PlaceOptions): Promise<Place> => {
  await refuseSandbox(config, dataDir);
  const { startEmbedded } = await import("@closebell/database/embedded");
  const server = await startEmbedded({ dataDir, log });
  return {
    url: server.url,
    how: "started",
    dataDir,
    announce: (port) => server.announce(port),
    close: () => server.stop(),
  };
};

/** The embedded PostgreSQL that another process runs in one of `dataDirs`, the first that has one. */
export const attachPlace = async (dataDirs: readonly string[]): Promise<Place | undefined> => {
  const { attachEmbedded } = await import("@closebell/database/embedded");
  for (const dataDir of dataDirs) {
    const running = await attachEmbedded(dataDir);
    if (running === undefined) continue;
    return { url: running.url, how: "attached", dataDir, announce: nothing, close: nothing };
  }
  return undefined;
};

/**
 * Finds the database: DATABASE_URL, or an embedded PostgreSQL as `mode` says.
 * @throws DomainError DATABASE_UNAVAILABLE; SANDBOX_ONLY where production would start a sandbox's; in one line that says what to do
 */
export const openPlace = async (options: PlaceOptions): Promise<Place> => {
  const { config, mode } = options;
  const dataDir = options.dataDir ?? config.dataDir;
  if (config.databaseUrl !== undefined) {
    const { databaseUrl: url } = config;
    return { url, how: "configured", dataDir: undefined, announce: nothing, close: nothing };
  }
  if (mode === "serve") return start(dataDir, options);
  const dirs = mode === "join" && options.dataDir === undefined ? [config.sandboxDir] : [];
  const running = await attachPlace([dataDir, ...dirs]);
  if (running !== undefined) return running;
  if (mode === "join") return start(dataDir, options);
  throw new DomainError(
    "DATABASE_UNAVAILABLE",
    "There is no database. Set DATABASE_URL, or run `bun run start`, which brings its own.",
  );
};
