import { chmod, chown, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const content = z.object({
  url: z.string(),
  port: z.int(),
  pid: z.int(),
  apiPort: z.int().optional(),
});

/**
 * What a running instance tells about itself in its data folder: the URL of its PostgreSQL, with the password; PostgreSQL's
 * port; the instance's process; and the port of its API, if it serves one. Outlives the instance, for the password.
 */
export type ConnectionFile = z.infer<typeof content>;

/** Root may have started what another user's folder holds; that user must be able to go on with it. */
export const giveToOwnerOf = async (dataDir: string, path: string): Promise<void> => {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dataDir);
  await chown(path, uid, gid);
};

const pathOf = (dataDir: string): string => join(dataDir, "embedded.json");

/** undefined where there is none, or none that can be read as one. */
export const readConnectionFile = async (dataDir: string): Promise<ConnectionFile | undefined> => {
  try {
    return content.parse(JSON.parse(await readFile(pathOf(dataDir), "utf8")));
  } catch {
    return undefined;
  }
};

/** Replaces the file in one step, readable by its owner only. */
export const writeConnectionFile = async (dataDir: string, file: ConnectionFile): Promise<void> => {
  const unfinished = `${pathOf(dataDir)}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  await chmod(unfinished, 0o600);
  await giveToOwnerOf(dataDir, unfinished);
  await rename(unfinished, pathOf(dataDir));
};
