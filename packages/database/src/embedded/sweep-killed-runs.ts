import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // there, but another user's
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};

/**
 * Removes what runs left behind in `parent` that were killed before they could: folders named by `prefix` and the id of
 * the process that made them.
 */
export const sweepKilledRuns = async (
  parent: string,
  prefix: string,
  remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true }),
): Promise<void> => {
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : 0;
    if (pid > 0 && !isAlive(pid)) await remove(join(parent, name));
  }
};
