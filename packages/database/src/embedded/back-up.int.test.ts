import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type SqlClient } from "../connect.ts";
import { errorOf } from "../testing/index.ts";
import { backUpEmbedded } from "./back-up.ts";
import { restoreEmbedded } from "./restore-embedded.ts";
import { type EmbeddedServer, startEmbedded } from "./start-embedded.ts";

// A start is a real initdb: give a loaded machine time.
const TIMEOUT = 90_000;
const FAST = { fsync: "off", shared_buffers: "16MB" };

let parent: string;
const inParent = (name: string): string => join(parent, name);

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "closebell-backup-"));
  await Bun.$`chmod 755 ${parent}`;
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const start = (name: string): Promise<EmbeddedServer> =>
  startEmbedded({ dataDir: inParent(name), settings: FAST });

const using = async <T>(url: string, work: (sql: SqlClient) => Promise<T>): Promise<T> => {
  const sql = connect({ url, max: 2, parameters: {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
};

/** Two purses between which one unit moves in each transaction, and what was moved. */
const prepare = (sql: SqlClient) =>
  sql.unsafe(`create table purse (id int primary key, balance bigint not null);
    create table moved (id serial primary key, filler text not null default repeat('x', 500));
    insert into purse values (1, 0), (2, 0)`);

const moveOne = (sql: SqlClient) =>
  sql.begin(async (tx) => {
    await tx`insert into moved default values`;
    await tx`update purse set balance = balance + case id when 1 then 1 else -1 end`;
  });

interface Found {
  readonly moved: number;
  readonly first: bigint;
  readonly sum: bigint;
}

const read = (sql: SqlClient): Promise<Found[]> => sql<Found[]>`
  select (select count(*)::int from moved) as moved, (select balance from purse where id = 1) as first,
    (select sum(balance)::bigint from purse) as sum`;

describe("a backup", () => {
  test(
    "of a server at work is of one moment, with all that was committed before it began",
    async () => {
      const server = await start("live");
      let before = 0;
      let moves = 0;
      try {
        await using(server.url, async (sql) => {
          await prepare(sql);
          for (; moves < 200; moves += 1) await moveOne(sql);
          before = moves;
          const enough = new AbortController();
          const writing = (async () => {
            while (!enough.signal.aborted) {
              await moveOne(sql);
              moves += 1;
            }
          })();
          const made = await backUpEmbedded({ dataDir: inParent("live"), to: inParent("copy") });
          enough.abort();
          await writing;
          expect(made).toMatchObject({ format: 1, how: "hot" });
          const [slots] = await sql<{ n: number }[]>`
            select count(*)::int as n from pg_replication_slots`;
          expect(slots?.n).toBe(0);
        });
      } finally {
        await server.stop();
      }
      expect(moves).toBeGreaterThan(before);
      expect(existsSync(inParent("copy/postgres/postmaster.pid"))).toBe(false);
      expect(await readdir(parent)).not.toContain("copy.unfinished");

      await restoreEmbedded({ from: inParent("copy"), dataDir: inParent("back"), force: false });
      const restored = await start("back");
      try {
        const [found] = await using(restored.url, read);
        expect(found?.sum).toBe(0n);
        expect(found?.moved).toBe(Number(found?.first));
        expect(found?.moved).toBeGreaterThanOrEqual(before);
        expect(found?.moved).toBeLessThanOrEqual(moves);
        await using(restored.url, (sql) => moveOne(sql));
      } finally {
        await restored.stop();
      }
    },
    TIMEOUT,
  );

  test(
    "of a server that is stopped; what is there is replaced only when asked to",
    async () => {
      const server = await start("data");
      await using(server.url, prepare);
      const dataDir = inParent("data");
      const busy = { from: inParent("copy"), dataDir, force: true };
      await server.stop();
      const made = await backUpEmbedded({ dataDir, to: inParent("copy") });
      expect(made.how).toBe("cold");
      expect(made.files).toBeGreaterThan(100);
      expect(await errorOf(backUpEmbedded({ dataDir, to: inParent("copy") }))).toMatchObject({
        code: "VALIDATION_FAILED",
      });

      const again = await start("data");
      try {
        await using(again.url, (sql) => moveOne(sql));
        expect(await errorOf(restoreEmbedded(busy))).toMatchObject({
          code: "DATABASE_UNAVAILABLE",
          message: expect.stringContaining("Another instance"),
        });
      } finally {
        await again.stop();
      }
      expect(await errorOf(restoreEmbedded({ ...busy, force: false }))).toMatchObject({
        code: "FORBIDDEN",
        message: expect.stringContaining("--force"),
      });
      expect(await restoreEmbedded(busy)).toEqual(made);
      expect((await readdir(dataDir)).filter((name) => name.startsWith("postgres"))).toEqual([
        "postgres",
      ]);
      const restored = await start("data");
      try {
        expect(await using(restored.url, read)).toEqual([{ moved: 0, first: 0n, sum: 0n }]);
      } finally {
        await restored.stop();
      }
    },
    TIMEOUT,
  );
});

test("a folder without a database, and one without a backup, are refused and left as they are", async () => {
  const dataDir = inParent("empty");
  expect(await errorOf(backUpEmbedded({ dataDir, to: inParent("copy") }))).toMatchObject({
    code: "DATABASE_UNAVAILABLE",
  });
  await writeFile(inParent("backup.json"), `{"format":2}`);
  for (const from of [parent, inParent("missing")]) {
    expect(await errorOf(restoreEmbedded({ from, dataDir, force: true }))).toMatchObject({
      code: "VALIDATION_FAILED",
    });
  }
  expect(await readdir(parent)).toEqual(["backup.json"]);
});
