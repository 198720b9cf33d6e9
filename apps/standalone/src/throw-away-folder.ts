import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeDataFolder, sweepKilledRuns } from "@closebell/database/embedded";

/** Another user's, or its PostgreSQL is only just stopping: no reason not to start. */
const removeIfPossible = (folder: string): Promise<void> =>
  removeDataFolder(folder).catch(() => undefined);

/**
 * A folder for one run, named by `prefix` and this process, gone when `started` is disposed of. Before it is made, those of
 * runs that were killed are removed.
 */
export const throwAwayFolder = async (
  started: AsyncDisposableStack,
  prefix: string,
): Promise<string> => {
  await sweepKilledRuns(tmpdir(), prefix, removeIfPossible);
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  started.defer(() => removeDataFolder(folder));
  // PostgreSQL may run as another user, who must get through
  await chmod(folder, 0o755);
  return folder;
};
