import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded, sweepKilledRuns } from "../packages/database/src/embedded/index.ts";
import type { MigrationSet } from "../packages/database/src/index.ts";

const PREFIX = "closebell-test-";

/** Every room with migrations, in the order in which they are applied. */
export const ROOMS = [
  "database",
  "ledger",
  "identity",
  "protection",
  "rounds",
  "custody",
  "adapters",
];

// A crash of the machine may lose all of it: that is what makes it fast.
const FAST = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: 0,
  max_wal_size: "256MB",
  shared_buffers: "64MB",
  max_connections: 300,
  autovacuum: "off",
  deadlock_timeout: "100ms",
};

/** The migrations of `rooms` in the workspace at `root`. */
export const migrationSets = (root: string, rooms: readonly string[]): readonly MigrationSet[] =>
  ROOMS.filter((name) => rooms.includes(name))
    .map((name) => ({ name, folder: join(root, "packages", name, "migrations") }))
    .filter(({ folder }) => existsSync(join(folder, "meta", "_journal.json")));

/** Memory where there is plenty, else the disk. */
const scratchParent = async (): Promise<string> => {
  const shm = await statfs("/dev/shm").catch(() => undefined);
  return shm !== undefined && shm.bavail * shm.bsize > 2 ** 30 ? "/dev/shm" : tmpdir();
};

/** A throw-away PostgreSQL without any template yet. */
export interface TestServer extends AsyncDisposable {
  /** Of the superuser. */
  readonly url: string;
  /** Gone with it. */
  readonly folder: string;
  /** How tests find it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts one, of the version in `postgresBin` or else our own, and removes what killed runs left. */
export const startTestServer = async (postgresBin?: string): Promise<TestServer> => {
  const parent = await scratchParent();
  await sweepKilledRuns(parent, PREFIX);
  await using made = new AsyncDisposableStack();
  const folder = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  made.defer(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL's user must get through; what is secret inside has its own mode
  await chmod(folder, 0o755);
  const server = await startEmbedded({
    dataDir: join(folder, "data"),
    settings: FAST,
    ...(postgresBin === undefined ? {} : { postgresBin }),
  });
  made.defer(() => server.stop());
  const started = made.move();
  return {
    url: server.url,
    folder,
    environment: {
      TEST_DATABASE_URL: server.url,
      TEST_CLONE_STRATEGY: parent === "/dev/shm" ? "file_copy" : "wal_log",
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
};
