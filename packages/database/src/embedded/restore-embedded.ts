import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DomainError } from "@closebell/context";
import { type BackupFile, clusterOf, readBackupFile } from "./backup-file.ts";
import { copySecrets } from "./copy-secrets.ts";
import { copyTree } from "./copy-tree.ts";
import { lockFolder } from "./lock-folder.ts";
import { runningPostmaster } from "./postmaster.ts";
import { clusterDirs, reachableClusterDir, SHARED_FOLDERS } from "./reachable-place.ts";
import { runCommand } from "./run-command.ts";
import { serverAccount } from "./server-account.ts";

export interface RestoreOptions {
  /** A folder that `backUpEmbedded` made. */
  readonly from: string;
  /** The instance to bring back; made if it is missing. No service may run on it. */
  readonly dataDir: string;
  /** Replaces the database that is there. */
  readonly force: boolean;
  readonly sharedFolders?: readonly string[];
}

const refuseExisting = (dir: string, force: boolean): void => {
  if (force || !existsSync(join(dir, "PG_VERSION"))) return;
  throw new DomainError(
    "FORBIDDEN",
    `${dir} holds a database, which this would replace. Add --force if that is what you want, or set DATA_DIR to another folder.`,
  );
};

/** Copies beside the place, then swaps: what was there is gone only when its successor stands. */
const replace = async (from: string, dir: string, owner: string | undefined): Promise<void> => {
  const [incoming, outgoing] = [`${dir}.incoming`, `${dir}.outgoing`];
  for (const left of [incoming, outgoing]) await rm(left, { recursive: true, force: true });
  await copyTree(from, incoming, () => "copy");
  if (owner !== undefined) {
    const given = await runCommand("chown", ["-R", owner, incoming]);
    if (given.code !== 0) throw new Error(`the files can't be given to ${owner}: ${given.stderr}`);
  }
  if (existsSync(dir)) await rename(dir, outgoing);
  await rename(incoming, dir);
  await rm(outgoing, { recursive: true, force: true });
};

/**
 * Puts a backup where an embedded instance will find it at its next start, which recovers it to the moment the backup
 * ended.
 * @throws DomainError VALIDATION_FAILED (no backup there), FORBIDDEN (a database is there), DATABASE_UNAVAILABLE (an
 *   instance runs on the folder)
 */
export const restoreEmbedded = async (options: RestoreOptions): Promise<BackupFile> => {
  const from = resolve(options.from);
  const dataDir = resolve(options.dataDir);
  const file = await readBackupFile(from);
  const lock = await lockFolder(dataDir);
  try {
    const as = await serverAccount(await clusterDirs(dataDir));
    const dir = await reachableClusterDir(dataDir, as, options.sharedFolders ?? SHARED_FOLDERS);
    refuseExisting(dir, options.force);
    const pid = await runningPostmaster(dir);
    if (pid !== undefined) {
      throw new DomainError(
        "DATABASE_UNAVAILABLE",
        `Process ${pid}, left by a killed instance, still runs on ${dir}. Start and stop the service once.`,
      );
    }
    await replace(clusterOf(from), dir, as && `${as.uid}:${as.gid}`);
    await copySecrets(from, dataDir);
    // the backup has the password of its own day: the next start sets a new one
    await rm(join(dataDir, "embedded.json"), { force: true });
    return file;
  } finally {
    lock.release();
  }
};
