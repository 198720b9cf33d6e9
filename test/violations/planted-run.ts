import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Path → content of files to plant. */
export type Files = Readonly<Record<string, string>>;

const run = async (tree: string, [tool = "", ...options]: readonly string[]): Promise<string> => {
  const child = Bun.spawn([join(tree, "node_modules/.bin", tool), ...options], {
    cwd: tree,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  return `${stdout}\n${stderr}`;
};

/** Plants `files` in the copy `tree`, returns all that `command` says about it, and takes them out again. */
export const runPlanted = async (
  tree: string,
  files: Files,
  command: readonly string[],
): Promise<string> => {
  const folders: string[] = [];
  for (const [path, content] of Object.entries(files)) {
    const target = join(tree, path);
    const made = await mkdir(dirname(target), { recursive: true });
    if (made !== undefined) folders.push(made);
    await Bun.write(target, content);
  }
  const said = await run(tree, command);
  for (const path of Object.keys(files)) await rm(join(tree, path));
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  return said;
};
