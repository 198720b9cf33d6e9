import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Glob } from "bun";

const ROOT = dirname(import.meta.dir);
const LEFT_BEHIND = new Set([".git", ".turbo", ".data", ".cache", "node_modules", "coverage"]);

/** The workspace in another place, to be damaged at will; disposing of it deletes it. */
export interface WorkspaceCopy extends AsyncDisposable {
  readonly path: string;
}

/** Copies the sources as they stand now; needs no git. Dependencies are linked, not copied. */
export const copyWorkspace = async (): Promise<WorkspaceCopy> => {
  const path = await mkdtemp(join(tmpdir(), "closebell-copy-"));
  await cp(ROOT, path, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => source === ROOT || !LEFT_BEHIND.has(basename(source)),
  });
  await symlink(join(ROOT, "node_modules"), join(path, "node_modules"));
  for (const rooms of ["{apps,packages}/*/node_modules", "bench/node_modules"]) {
    for await (const links of new Glob(rooms).scan({ cwd: ROOT, onlyFiles: false })) {
      // relative links, kept as they are: `@closebell/*` then leads to the copy and not back here
      await cp(join(ROOT, links), join(path, links), { recursive: true, verbatimSymlinks: true });
    }
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};
