import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

/** Command line of a process, or undefined where there is no such process. */
const commandOf = async (pid: number): Promise<string | undefined> => {
  if (process.platform === "linux") {
    return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  }
  const listed = await runCommand("ps", ["-o", "args=", "-p", String(pid)]);
  return listed.code === 0 ? listed.stdout : undefined;
};

/**
 * Process id of the server that runs on a cluster's folder. A `postmaster.pid` left by a killed server is removed: its
 * number may belong to another process by now, and PostgreSQL would refuse to start.
 */
export const runningPostmaster = async (clusterDir: string): Promise<number | undefined> => {
  const path = join(clusterDir, "postmaster.pid");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const pid = Number(text.split("\n")[0]);
  const command = Number.isInteger(pid) && pid > 0 ? await commandOf(pid) : undefined;
  if (command?.includes(clusterDir) === true) return pid;
  await rm(path, { force: true });
  return undefined;
};
