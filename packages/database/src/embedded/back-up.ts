import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DomainError } from "@closebell/context";
import { copySecrets } from "./copy-secrets.ts";
import { type BackupFile, clusterOf, writeBackupFile } from "./backup-file.ts";
import { readConnectionFile } from "./connection-file.ts";
import { copyRunning } from "./copy-running.ts";
import { type Copied, copyTree } from "./copy-tree.ts";
import { findCluster } from "./find-cluster.ts";
import { takeInstanceLock } from "./instance-lock.ts";
import { runningPostmaster } from "./postmaster.ts";

/** Which instance to back up, and the folder to make; it must not exist yet, or be empty. */
export interface BackUpOptions {
  readonly dataDir: string;
  readonly to: string;
}

const checkTarget = async (to: string): Promise<void> => {
  const there = await readdir(to).catch(() => []);
  if (there.length === 0) return;
  throw new DomainError(
    "VALIDATION_FAILED",
    `${to} is not empty. Name a folder that is not there.`,
  );
};

const clusterIn = async (dataDir: string): Promise<string> => {
  const cluster = await findCluster(dataDir);
  if (cluster !== undefined) return cluster;
  throw new DomainError(
    "DATABASE_UNAVAILABLE",
    `${dataDir} holds no database. Set DATA_DIR to the folder of an instance.`,
  );
};

/** Copies a folder that no server runs on; nothing can start on it meanwhile. */
const copyStopped = async (cluster: string, to: string): Promise<Copied> => {
  const pid = await runningPostmaster(cluster);
  if (pid !== undefined) {
    throw new DomainError(
      "DATABASE_UNAVAILABLE",
      `Process ${pid}, left by a killed instance, still runs on ${cluster}. Start and stop the service once.`,
    );
  }
  return copyTree(cluster, to, (path) =>
    /^(postmaster\.(pid|opts)|server\.log(\.old)?)$/.test(path) ? "skip" : "copy",
  );
};

const copyCluster = async (
  dataDir: string,
  cluster: string,
  to: string,
): Promise<Copied & Pick<BackupFile, "how">> => {
  const lock = takeInstanceLock(join(dataDir, "instance.lock"));
  if (lock !== undefined) {
    try {
      return { ...(await copyStopped(cluster, to)), how: "cold" };
    } finally {
      lock.release();
    }
  }
  const running = await readConnectionFile(dataDir);
  if (running === undefined) {
    throw new DomainError(
      "DATABASE_UNAVAILABLE",
      `An instance runs on ${dataDir}, but does not say where. Try again when it has started.`,
    );
  }
  return { ...(await copyRunning(running.url, cluster, to)), how: "hot" };
};

/**
 * Copies the database of an embedded instance into a new folder, whether the instance runs (its work goes on) or not. The
 * folder appears when it is complete.
 * @throws DomainError DATABASE_UNAVAILABLE, VALIDATION_FAILED (the folder is not empty)
 */
export const backUpEmbedded = async (options: BackUpOptions): Promise<BackupFile> => {
  const dataDir = resolve(options.dataDir);
  const to = resolve(options.to);
  await checkTarget(to);
  const cluster = await clusterIn(dataDir);
  const unfinished = `${to}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true });
  await mkdir(unfinished, { mode: 0o700 });
  try {
    const { how, files, bytes } = await copyCluster(dataDir, cluster, clusterOf(unfinished));
    await copySecrets(dataDir, unfinished);
    const postgres = (await readFile(join(clusterOf(unfinished), "PG_VERSION"), "utf8")).trim();
    const madeAt = Temporal.Now.instant().toString();
    const file: BackupFile = { format: 1, madeAt, how, postgres, files, bytes };
    await writeBackupFile(unfinished, file);
    await rm(to, { recursive: true, force: true });
    await rename(unfinished, to);
    return file;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
};
