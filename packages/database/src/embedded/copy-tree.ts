import { copyFile, mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** What a copy holds. */
export interface Copied {
  readonly files: number;
  readonly bytes: number;
}

/** What to do with a file or folder, by its path inside the tree: `empty` makes a folder without its content. */
export type CopyRule = (path: string) => "copy" | "empty" | "skip";

const missing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

/**
 * Copies a folder that may change meanwhile: a file that vanishes is left out, which PostgreSQL's recovery expects. Folders
 * of the copy can be entered by nobody else.
 */
export const copyTree = async (from: string, to: string, rule: CopyRule): Promise<Copied> => {
  const copied = { files: 0, bytes: 0 };
  const copy = async (path: string): Promise<void> => {
    await mkdir(join(to, path), { mode: 0o700 });
    for (const entry of await readdir(join(from, path), { withFileTypes: true })) {
      const inner = join(path, entry.name);
      const what = rule(inner);
      if (what === "skip") continue;
      if (entry.isDirectory()) {
        if (what === "copy") await copy(inner);
        else await mkdir(join(to, inner), { mode: 0o700 });
      } else if (what === "copy" && entry.isFile()) {
        try {
          await copyFile(join(from, inner), join(to, inner));
          copied.files += 1;
          copied.bytes += (await stat(join(to, inner))).size;
        } catch (error) {
          if (!missing(error)) throw error;
        }
      }
    }
  };
  await copy("");
  return copied;
};
