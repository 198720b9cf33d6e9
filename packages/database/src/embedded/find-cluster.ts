import { existsSync } from "node:fs";
import { join } from "node:path";
import { clusterDirs } from "./reachable-place.ts";

/** Where PostgreSQL keeps the files of the instance of `dataDir`; undefined where it has no database. */
export const findCluster = async (dataDir: string): Promise<string | undefined> => {
  const dirs = await clusterDirs(dataDir);
  return dirs.find((dir) => existsSync(join(dir, "PG_VERSION")));
};
