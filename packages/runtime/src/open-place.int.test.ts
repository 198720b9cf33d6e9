import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DomainError } from "@closebell/context";
import { silentLogger as log } from "@closebell/context/testing";
import { embeddedSecret } from "./auth-secret.ts";
import { openPlace, type PlaceMode } from "./open-place.ts";
import { type Config, readConfig } from "./read-config.ts";

setDefaultTimeout(60_000);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "closebell-place-"));
  // PostgreSQL may run as another user
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

const scratchFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), "closebell-place-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
};

const refusalOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt;
    return "none";
  } catch (error) {
    return error instanceof DomainError ? `${error.code}: ${error.message}` : String(error);
  }
};

test("DATABASE_URL is taken as it is, and nothing is started", async () => {
  const config = readConfig({ DATABASE_URL: "postgres://u:p@db/closebell", DATA_DIR: folder });
  const place = await openPlace({ config, mode: "serve", log });
  expect(place).toMatchObject({ url: "postgres://u:p@db/closebell", how: "configured" });
  await place.announce(8000);
  await place.close();
});

describe("in production no PostgreSQL is started, and what to do is said", () => {
  const refused = async (config: Config, mode: PlaceMode, dataDir: string): Promise<void> => {
    const refusal = await refusalOf(openPlace({ config, mode, log, dataDir }));
    expect(refusal).toStartWith(
      `SANDBOX_ONLY: NODE_ENV is production, which runs no sandbox, and ${dataDir} is for one. Unset`,
    );
    expect(refusal).toContain("`bun run start`");
  };

  test.each(["serve", "join"] as const)("in the folder of the sandbox: %s", async (mode) => {
    await using dir = await scratchFolder();
    const config = readConfig({ NODE_ENV: "production", DATA_DIR: dir.path });
    await refused(config, mode, config.sandboxDir);
    expect(await readdir(dir.path)).toEqual([]);
  });

  test.each(["serve", "join"] as const)("in one that a sandbox ran in: %s", async (mode) => {
    await using dir = await scratchFolder();
    const config = readConfig({ NODE_ENV: "production", DATA_DIR: dir.path });
    const secret = { dataDir: dir.path, sandbox: true, production: false };
    expect(await embeddedSecret(secret)).toStartWith("sandbox-");
    await refused(config, mode, dir.path);
    expect(await readdir(dir.path)).toEqual(["secrets"]);
  });
});

describe("without it", () => {
  test("a process that only attaches is told where to find one", async () => {
    const config = readConfig({ DATA_DIR: folder });
    const refusal = await refusalOf(openPlace({ config, mode: "attach", log }));
    expect(refusal).toStartWith("DATABASE_UNAVAILABLE: ");
    expect(refusal).toContain("bun run start");
  });

  test("one serves, others attach or join, and a second server is refused", async () => {
    const config = readConfig({ DATA_DIR: folder });
    const place = await openPlace({ config, mode: "serve", log });
    try {
      expect(place).toMatchObject({ how: "started", dataDir: folder });
      await place.announce(8123);
      for (const mode of ["attach", "join"] as const) {
        const other = await openPlace({ config, mode, log });
        expect(other).toMatchObject({ how: "attached", url: place.url, dataDir: folder });
        await other.close();
      }
      const refusal = await refusalOf(openPlace({ config, mode: "serve", log }));
      expect(refusal).toContain(`port 8123, process ${process.pid}`);
    } finally {
      await place.close();
    }
  });

  test("a command joins a sandbox that runs, and else brings the database up for itself", async () => {
    const config = readConfig({ DATA_DIR: folder });
    const sandbox = await openPlace({ config, mode: "serve", log, dataDir: config.sandboxDir });
    const joined = await openPlace({ config, mode: "join", log });
    expect(joined).toMatchObject({ how: "attached", dataDir: config.sandboxDir, url: sandbox.url });
    const named = await refusalOf(openPlace({ config, mode: "attach", log, dataDir: folder }));
    expect(named).toStartWith("DATABASE_UNAVAILABLE: ");
    await sandbox.close();
    const own = await openPlace({ config, mode: "join", log });
    expect(own).toMatchObject({ how: "started", dataDir: folder });
    await own.close();
  });
});
