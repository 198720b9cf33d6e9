import { mkdir, readFile, rm } from "node:fs/promises";
import { totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { startEmbedded, sweepKilledRuns } from "@closebell/database/embedded";

/** A PostgreSQL for the time of a run. */
export interface OwnServer {
  readonly url: string;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

const HOME = resolve(import.meta.dir, "../../../.data");
const PREFIX = "bench-";
const MB = 2 ** 20;

/**
 * As a production server is set up: a quarter of the memory, checkpoints by time rather than by size, and durable, unless
 * nobody cares for the figures.
 */
const settings = (durable: boolean): Readonly<Record<string, string | number>> => ({
  fsync: durable ? "on" : "off",
  synchronous_commit: "on",
  full_page_writes: "on",
  wal_level: "replica",
  autovacuum: "on",
  shared_buffers: `${Math.round(Math.min(totalmem() / MB / 4, 2_048))}MB`,
  max_wal_size: "8GB",
  checkpoint_timeout: "15min",
  checkpoint_completion_target: 0.9,
  max_connections: 300,
});

/** Removes a folder and, where its server had to live elsewhere, that place too. */
const removeFolder = async (folder: string): Promise<void> => {
  const elsewhere = (
    await readFile(join(folder, "postgres-location"), "utf8").catch(() => "")
  ).trim();
  if (elsewhere !== "") await rm(dirname(elsewhere), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
};

export const startOwnServer = async (durable: boolean): Promise<OwnServer> => {
  await mkdir(HOME, { recursive: true });
  await sweepKilledRuns(HOME, PREFIX, removeFolder);
  const folder = join(HOME, `${PREFIX}${process.pid}`);
  try {
    const server = await startEmbedded({ dataDir: folder, settings: settings(durable) });
    return {
      url: server.url,
      async remove() {
        await server.stop();
        await removeFolder(folder);
      },
    };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
};
