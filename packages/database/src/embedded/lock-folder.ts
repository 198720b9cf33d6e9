import { chmod, mkdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DomainError } from "@closebell/context";
import { giveToOwnerOf, readConnectionFile } from "./connection-file.ts";
import { type InstanceLock, takeInstanceLock } from "./instance-lock.ts";

const openFolder = async (dataDir: string): Promise<void> => {
  if (existsSync(dataDir)) return;
  await mkdir(dataDir, { recursive: true });
  // whatever the umask: the server's user must get through, and what is secret inside has its own mode
  await chmod(dataDir, 0o755);
};

/**
 * Makes the data folder if it is missing, and takes it for this process.
 * @throws DomainError DATABASE_UNAVAILABLE where it can't be written, or another instance runs on it
 */
export const lockFolder = async (dataDir: string): Promise<InstanceLock> => {
  let lock: InstanceLock | undefined;
  try {
    await openFolder(dataDir);
    const path = join(dataDir, "instance.lock");
    lock = takeInstanceLock(path);
    if (lock !== undefined) await giveToOwnerOf(dataDir, path);
  } catch (error) {
    throw new DomainError(
      "DATABASE_UNAVAILABLE",
      `${dataDir} can't be written by this user. Run as its owner, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
  if (lock !== undefined) return lock;
  const other = await readConnectionFile(dataDir);
  const where =
    other === undefined ? "" : ` (port ${other.apiPort ?? other.port}, process ${other.pid})`;
  throw new DomainError(
    "DATABASE_UNAVAILABLE",
    `Another instance${where} is running on ${dataDir}. Stop it, or set DATA_DIR to another folder.`,
  );
};
