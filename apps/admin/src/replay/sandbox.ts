import { randomBytes } from "node:crypto";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "@closebell/context";
import { createDatabase, dropDatabase } from "@closebell/database";
import { removeDataFolder, startEmbedded, sweepKilledRuns } from "@closebell/database/embedded";

/** A database that a replay has for itself. */
export interface ReplaySandbox {
  readonly url: string;
  /** Its folder, where it has a PostgreSQL of its own. */
  readonly dataDir: string | undefined;
  /** Stops what was started for it, and removes it unless it is to be kept. */
  close(options: { readonly keep: boolean }): Promise<void>;
}

// Nothing here outlives a crash of the machine on purpose: a replay begins anew.
const QUICK = { synchronous_commit: "off" };
const OWN_SERVER = {
  ...QUICK,
  fsync: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: 0,
  max_wal_size: "1GB",
  shared_buffers: "256MB",
  max_connections: 40,
};

const onServer = async (serverUrl: string): Promise<ReplaySandbox> => {
  const name = `closebell_replay_${randomBytes(6).toString("hex")}`;
  const url = await createDatabase({ serverUrl, name, settings: QUICK });
  return {
    url,
    dataDir: undefined,
    close: async ({ keep }) => {
      if (!keep) await dropDatabase({ serverUrl, name });
    },
  };
};

/** A new folder in the temporary one; those of replays that were killed go, unless they were to be kept. */
const ownFolder = async (mayKeep: boolean): Promise<string> => {
  const prefix = "closebell-replay-run-";
  // another user's, or its PostgreSQL is only just stopping: no reason not to start
  const removeIfPossible = (folder: string) => removeDataFolder(folder).catch(() => undefined);
  await sweepKilledRuns(tmpdir(), prefix, removeIfPossible);
  const name = mayKeep ? "closebell-replay-kept-" : `${prefix}${process.pid}-`;
  const folder = await mkdtemp(join(tmpdir(), name));
  // run by root, PostgreSQL runs as another user, who must get through
  await chmod(folder, 0o755);
  return folder;
};

const onOwnServer = async (log: Logger, mayKeep: boolean): Promise<ReplaySandbox> => {
  const dataDir = await ownFolder(mayKeep);
  const remove = () => removeDataFolder(dataDir);
  try {
    const server = await startEmbedded({ dataDir, settings: OWN_SERVER, log });
    return {
      url: server.url,
      dataDir,
      close: async ({ keep }) => {
        await server.stop();
        if (!keep) await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
};

/** An empty database: a new one of the server at `databaseUrl`, or that of a new embedded server in a temporary folder. */
export const openSandbox = (input: {
  readonly databaseUrl: string | undefined;
  readonly log: Logger;
  /** Whether it may be closed to be kept. */
  readonly mayKeep: boolean;
}): Promise<ReplaySandbox> =>
  input.databaseUrl === undefined
    ? onOwnServer(input.log, input.mayKeep)
    : onServer(input.databaseUrl);
