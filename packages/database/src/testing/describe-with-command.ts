import { describe } from "bun:test";
import { recordSkipped } from "./describe-with-redis.ts";

/** Whether a command line runs here and ends well; nothing of its output is kept. */
const runs = (command: readonly string[]): boolean => {
  const [program] = command;
  if (program === undefined || Bun.which(program) === null) return false;
  return Bun.spawnSync([...command], { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
};

/**
 * A suite that needs a program of the machine: runs with the first of `candidates` that answers, otherwise is listed as
 * skipped. A candidate is a command line that must end with 0, such as ["promtool", "--version"]; the body gets it
 * without its last word.
 */
export const describeWithCommand = (
  name: string,
  candidates: readonly (readonly string[])[],
  body: (command: readonly string[]) => void,
): void => {
  const found = candidates.find(runs);
  if (found !== undefined) {
    describe(name, () => body(found.slice(0, -1)));
    return;
  }
  const wanted = candidates.map((candidate) => candidate.slice(0, -1).join(" ")).join(" or ");
  recordSkipped(name, `no ${wanted} on the PATH`);
  describe.skip(name, () => body([]));
};
