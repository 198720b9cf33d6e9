import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "@closebell/context";
import { createDatabase, dropDatabase } from "@closebell/database";
import { startEmbedded } from "@closebell/database/embedded";

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

const onOwnServer = async (log: Logger): Promise<ReplaySandbox> => {
  const dataDir = await mkdtemp(join(tmpdir(), "closebell-replay-"));
  // run by root, PostgreSQL runs as another user, who must get through
  await chmod(dataDir, 0o755);
  const remove = () => rm(dataDir, { recursive: true, force: true });
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
}): Promise<ReplaySandbox> =>
  input.databaseUrl === undefined ? onOwnServer(input.log) : onServer(input.databaseUrl);
