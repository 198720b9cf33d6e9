import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { clusterDirs, nameElsewhere } from "./reachable-place.ts";

const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** Removes a data folder for good, with the cluster that is kept for it elsewhere. Nothing may run on it. */
export const removeDataFolder = async (dataDir: string): Promise<void> => {
  if (!existsSync(dataDir)) return;
  const name = await nameElsewhere(dataDir);
  for (const dir of await clusterDirs(dataDir)) {
    // a pointer to anything else is not ours to follow
    if (basename(dirname(dir)) === name) await remove(dirname(dir));
  }
  await remove(dataDir);
};
