import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MigrationSet } from "../packages/database/src/index.ts";

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
export const FAST = {
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
export const scratchParent = async (): Promise<string> => {
  const shm = await statfs("/dev/shm").catch(() => undefined);
  return shm !== undefined && shm.bavail * shm.bsize > 2 ** 30 ? "/dev/shm" : tmpdir();
};
