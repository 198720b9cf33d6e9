import { expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger as log } from "@closebell/context/testing";
import { openPlace, readConfig } from "@closebell/runtime";
import { folderToCopy } from "./folder-to-copy.ts";

setDefaultTimeout(60_000);

test("a backup is of the database that other commands use, or none is made", async () => {
  const folder = await mkdtemp(join(tmpdir(), "closebell-to-copy-"));
  // PostgreSQL may run as another user
  await chmod(folder, 0o755);
  const config = readConfig({ DATA_DIR: folder });
  try {
    expect(await folderToCopy(config)).toBe(folder);
    const sandbox = await openPlace({ config, mode: "serve", log, dataDir: config.sandboxDir });
    expect(await folderToCopy(config)).toBe(config.sandboxDir);
    const stopped = join(folder, "postgres");
    await mkdir(stopped);
    await writeFile(join(stopped, "PG_VERSION"), "18\n");
    expect(await folderToCopy(config)).toBe(config.sandboxDir);
    await sandbox.close();
    expect(await folderToCopy(config)).toBe(folder);
    await rm(stopped, { recursive: true });
    const refusal = String(await folderToCopy(config).catch((error: unknown) => error));
    expect(refusal).toContain(`${folder} holds no database of its own`);
    expect(refusal).toContain(`DATA_DIR=${config.sandboxDir}`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
