import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmod, cp, mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorOf, recordSkipped } from "../testing/index.ts";
import { packagedBinaries } from "./binaries.ts";
import { canReach, reachableBinaries, reachableClusterDir } from "./reachable-place.ts";
import { removeDataFolder } from "./remove-data-folder.ts";
import { runCommand } from "./run-command.ts";
import { serverAccount } from "./server-account.ts";
import { startEmbedded } from "./start-embedded.ts";

const TIMEOUT = 60_000;
const STRANGER = { uid: 4_242, gid: 4_242 };

let open: string;
let closed: string;
let shared: string;

beforeEach(async () => {
  open = await mkdtemp(join(tmpdir(), "closebell-place-"));
  await chmod(open, 0o755);
  closed = join(open, "closed");
  await mkdir(closed, { mode: 0o700 });
  shared = join(open, "shared");
});
afterEach(() => rm(open, { recursive: true, force: true }));

test("a folder can be reached when every folder above it lets one through", async () => {
  await mkdir(join(open, "inner"));
  expect(await canReach(join(open, "inner"), STRANGER)).toBe(true);
  await mkdir(join(closed, "inner"));
  expect(await canReach(join(closed, "inner"), STRANGER)).toBe(false);
  const { uid, gid } = await stat(closed);
  expect(await canReach(join(closed, "inner"), { uid, gid: 1 })).toBe(true);
  await chmod(closed, 0o710);
  expect(await canReach(join(closed, "inner"), { uid: 1, gid })).toBe(true);
  await chmod(closed, 0o701);
  expect(await canReach(join(closed, "inner"), { uid: 1, gid })).toBe(false);
});

const asRoot = (): void => {
  test(
    "a data folder only root may enter keeps its PostgreSQL elsewhere, and finds it again",
    async () => {
      const options = { dataDir: join(closed, "data"), sharedFolders: [shared] };
      const first = await startEmbedded(options);
      await first.stop();
      const location = (await Bun.file(join(closed, "data", "postgres-location")).text()).trim();
      expect(location).toStartWith(join(shared, "data-"));
      expect((await stat(location)).mode & 0o777).toBe(0o700);
      const second = await startEmbedded(options);
      expect(second.url).toBe(first.url);
      await second.stop();
      await removeDataFolder(options.dataDir);
      expect([await readdir(closed), await readdir(shared)]).toEqual([[], []]);
      await removeDataFolder(options.dataDir);
    },
    TIMEOUT,
  );

  test("of a data folder that points elsewhere only what was made for it is removed", async () => {
    const dataDir = join(closed, "data");
    await mkdir(dataDir);
    await mkdir(join(shared, "data-of-another", "postgres"), { recursive: true });
    await Bun.write(
      join(dataDir, "postgres-location"),
      join(shared, "data-of-another", "postgres"),
    );
    await removeDataFolder(dataDir);
    expect([await readdir(closed), await readdir(shared)]).toEqual([[], ["data-of-another"]]);
  });

  test(
    "programs only root may reach are copied once, to where the server's user can run them",
    async () => {
      const packaged = await packagedBinaries();
      const root = join(closed, "native");
      await cp(packaged.root ?? "", root, { recursive: true, verbatimSymlinks: true });
      const binaries = { root, bin: join(root, "bin"), version: "test" };
      const account = await serverAccount([]);
      const found = await reachableBinaries(binaries, account, [shared]);
      expect(found.bin).toBe(join(shared, "postgres-test", "bin"));
      const version = await runCommand(join(found.bin, "postgres"), ["--version"], { as: account });
      expect(version.stdout).toContain("PostgreSQL");
      const { ino } = await stat(found.bin);
      expect(await reachableBinaries(binaries, account, [shared])).toEqual(found);
      expect((await stat(found.bin)).ino).toBe(ino);
      expect(await reachableBinaries(packaged, undefined, [])).toEqual(packaged);
    },
    TIMEOUT,
  );

  test("a shared folder that others could have filled is not used, and the way out is said", async () => {
    await mkdir(shared);
    await chmod(shared, 0o777);
    const place = reachableClusterDir(closed, STRANGER, [shared]);
    expect(await errorOf(place)).toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringContaining("Set DATA_DIR"),
    });
    const safe = join(open, "safe");
    expect(await reachableClusterDir(closed, STRANGER, [shared, safe])).toStartWith(safe);
  });
};

const SUITE = "embedded PostgreSQL as root";
if (process.getuid?.() === 0) describe(SUITE, asRoot);
else recordSkipped(SUITE, "needs root");
