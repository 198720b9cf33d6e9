import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { $, Glob } from "bun";

const ROOT = dirname(import.meta.dir);

/** The workspace in another place, to be damaged at will; disposing of it deletes it. */
export interface WorkspaceCopy extends AsyncDisposable {
  readonly path: string;
}

/** Copies every file that git doesn't ignore, as it stands now. Dependencies are linked, not copied. */
export const copyWorkspace = async (): Promise<WorkspaceCopy> => {
  const path = await mkdtemp(join(tmpdir(), "closebell-copy-"));
  const listed = await $`git ls-files -z --cached --others --exclude-standard`.cwd(ROOT).text();
  for (const file of new Set(listed.split("\0"))) {
    if (file === "" || !existsSync(join(ROOT, file))) continue;
    await mkdir(dirname(join(path, file)), { recursive: true });
    await cp(join(ROOT, file), join(path, file), { verbatimSymlinks: true });
  }
  await symlink(join(ROOT, "node_modules"), join(path, "node_modules"));
  const rooms = new Glob("{apps,packages}/*/node_modules");
  for await (const links of rooms.scan({ cwd: ROOT, onlyFiles: false })) {
    // relative links, kept as they are: `@closebell/*` then leads to the copy and not back here
    await cp(join(ROOT, links), join(path, links), { recursive: true, verbatimSymlinks: true });
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};
