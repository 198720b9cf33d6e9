import { DomainError } from "@closebell/context";
import { findCluster } from "@closebell/database/embedded";
import { attachPlace, type Config } from "@closebell/runtime";

/**
 * The data folder of the embedded database that every other command would use: the one that runs, the sandbox's too, else
 * that under DATA_DIR.
 * @throws DomainError DATABASE_UNAVAILABLE where only a sandbox that is stopped has one
 */
export const folderToCopy = async ({
  dataDir,
  sandboxDir,
}: Pick<Config, "dataDir" | "sandboxDir">): Promise<string> => {
  const running = await attachPlace([dataDir, sandboxDir]);
  if (running?.dataDir !== undefined) return running.dataDir;
  if ((await findCluster(dataDir)) !== undefined) return dataDir;
  if ((await findCluster(sandboxDir)) === undefined) return dataDir;
  throw new DomainError(
    "DATABASE_UNAVAILABLE",
    `${dataDir} holds no database of its own, only a sandbox's, which is stopped: to copy that one, set DATA_DIR=${sandboxDir}.`,
  );
};
