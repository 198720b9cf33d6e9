import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { readConnectionFile } from "./connection-file.ts";
import { takeInstanceLock } from "./instance-lock.ts";

/** A running instance, as its data folder tells of it. */
export interface RunningInstance {
  readonly url: string;
  readonly pid: number;
  readonly apiPort: number | undefined;
}

/** The instance that is running on `dataDir`, or undefined where none is. */
export const attachEmbedded = async (dataDir: string): Promise<RunningInstance | undefined> => {
  const dir = resolve(dataDir);
  const lockPath = join(dir, "instance.lock");
  if (!existsSync(lockPath)) return undefined;
  const lock = takeInstanceLock(lockPath);
  if (lock !== undefined) {
    lock.release();
    return undefined;
  }
  const file = await readConnectionFile(dir);
  return file && { url: file.url, pid: file.pid, apiPort: file.apiPort };
};
