import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "./connect.ts";
import { databaseClock, isSandbox } from "./clock.ts";
import { migrate } from "./migrate.ts";
import { type MigrationSet, readMigrations } from "./migration-set.ts";
import { migrations } from "./migrations.ts";
import { openDatabase } from "./open-database.ts";
import { pendingMigrations } from "./pending-migrations.ts";
import { errorOf, emptyDatabase } from "./testing/index.ts";

const OWN = readMigrations(migrations).map(({ set, when }) => `${set}/${when}`);
const NOW = Temporal.Instant.from("2020-02-29T00:00:00Z");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "closebell-sets-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A room of one's own: each statement a migration. */
const writeSet = async (name: string, statements: readonly string[]): Promise<MigrationSet> => {
  await mkdir(join(folder, name, "meta"), { recursive: true });
  const entries = statements.map((_statement, n) => ({
    idx: n,
    version: "7",
    when: 1000 + n,
    tag: `000${n}_step`,
    breakpoints: true,
  }));
  for (const [n, statement] of statements.entries()) {
    await writeFile(join(folder, name, `000${n}_step.sql`), statement);
  }
  const journal = JSON.stringify({ version: "7", dialect: "postgresql", entries });
  await writeFile(join(folder, name, "meta", "_journal.json"), journal);
  return { name, folder: join(folder, name) };
};

const ask = async <T>(url: string, query: string): Promise<T[]> => {
  const sql = connect({ url, max: 1, parameters: {} });
  try {
    return await sql.unsafe<T[]>(query);
  } finally {
    await sql.end();
  }
};

describe("a new database", () => {
  test("is brought up once; again changes nothing, and a new migration alone is added", async () => {
    await using empty = await emptyDatabase();
    const one = await writeSet("growing", ["create schema growing"]);
    const sets = [migrations, one];
    const first = await migrate({ url: empty.url, sets });
    expect(first.applied).toEqual([...OWN, "growing/1000"]);
    expect((await migrate({ url: empty.url, sets })).applied).toEqual([]);
    await writeSet("growing", ["create schema growing", "create table growing.t (id int)"]);
    expect((await migrate({ url: empty.url, sets })).applied).toEqual(["growing/1001"]);
    const owners = await ask(
      empty.url,
      "select tableowner from pg_tables where schemaname in ('clock','database','growing') group by 1",
    );
    expect(owners).toEqual([{ tableowner: "closebell_owner" }]);
  });

  test("is brought up by one of several processes, while the others wait", async () => {
    await using empty = await emptyDatabase();
    const script = `import { migrate, migrations } from ${JSON.stringify(join(import.meta.dir, "index.ts"))};
      console.log((await migrate({ url: ${JSON.stringify(empty.url)}, sets: [migrations] })).applied.length);`;
    const runs = Array.from({ length: 4 }, () =>
      Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "pipe" }),
    );
    const outputs = await Promise.all(
      runs.map(async (run) => {
        const errors = await run.stderr.text();
        return `${await run.stdout.text()}${errors}`.trim();
      }),
    );
    expect(outputs.toSorted()).toEqual(["0", "0", "0", String(OWN.length)]);
  });

  test("lacks everything until then, and says so without failing", async () => {
    await using empty = await emptyDatabase();
    const later = await writeSet("later", ["create schema later"]);
    const database = openDatabase({ url: empty.url });
    expect(await pendingMigrations(database, [migrations, later])).toEqual(["database", "later"]);
    await migrate({ url: empty.url, sets: [migrations] });
    expect(await pendingMigrations(database, [migrations, later])).toEqual(["later"]);
    await migrate({ url: empty.url, sets: [migrations, later] });
    expect(await pendingMigrations(database, [migrations, later])).toEqual([]);
    await database.close();
  });

  test("that a newer version has migrated is left alone by the one before, which says so", async () => {
    await using empty = await emptyDatabase();
    const newer = await writeSet("newer", ["create schema newer", "create table newer.t (id int)"]);
    await migrate({ url: empty.url, sets: [migrations, newer] });
    const older = await writeSet("newer", ["create schema newer"]);
    const database = openDatabase({ url: empty.url });
    const refusal = {
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringContaining("A newer version has migrated this database"),
    };
    const sets = [migrations, older];
    expect(await errorOf(migrate({ url: empty.url, sets }))).toMatchObject(refusal);
    expect(await errorOf(pendingMigrations(database, sets))).toMatchObject(refusal);
    await database.close();
  });

  test("keeps its clock when it was made a sandbox, whatever is asked later", async () => {
    await using empty = await emptyDatabase();
    await migrate({ url: empty.url, sets: [migrations], sandbox: { now: NOW } });
    const database = openDatabase({ url: empty.url });
    await migrate({ url: empty.url, sets: [migrations] });
    await migrate({ url: empty.url, sets: [migrations], sandbox: { now: NOW.add({ hours: 1 }) } });
    expect(await isSandbox(database)).toBe(true);
    expect((await databaseClock(database).now()).toString()).toBe("2020-02-29T00:00:00Z");
    await database.close();
  });

  test("never becomes a sandbox once it was made without", async () => {
    await using empty = await emptyDatabase();
    await migrate({ url: empty.url, sets: [migrations] });
    const attempt = migrate({ url: empty.url, sets: [migrations], sandbox: { now: NOW } });
    expect(await errorOf(attempt)).toMatchObject({ code: "SANDBOX_ONLY" });
    expect(await ask(empty.url, "select * from clock.sandbox")).toEqual([]);
  });
});

describe("a set that can't be applied", () => {
  test("leaves nothing of itself behind, and names the room and the reason", async () => {
    await using empty = await emptyDatabase();
    const broken = await writeSet("broken", ["create schema broken", "select 1/0"]);
    const attempt = migrate({ url: empty.url, sets: [migrations, broken] });
    expect(String(await errorOf(attempt))).toContain(
      "The migrations of broken failed, and none of them was applied: division by zero",
    );
    const found = await ask(empty.url, "select from pg_namespace where nspname = 'broken'");
    expect(found).toEqual([]);
  });

  test("is refused when it was edited, or got a migration before one already applied", async () => {
    await using empty = await emptyDatabase();
    const set = await writeSet("edited", ["create schema edited", "select 1"]);
    const sets = [migrations, set];
    await migrate({ url: empty.url, sets });
    await writeSet("edited", ["create schema edited", "select 2"]);
    expect(String(await errorOf(migrate({ url: empty.url, sets })))).toContain(
      "was edited after it was applied",
    );
    const journal = {
      entries: [{ idx: 0, version: "7", when: 999, tag: "0000_step", breakpoints: true }],
    };
    await writeFile(join(set.folder, "meta", "_journal.json"), JSON.stringify(journal));
    expect(String(await errorOf(migrate({ url: empty.url, sets })))).toContain(
      "put before one already applied",
    );
  });

  test("is refused when its name can't name a table", async () => {
    await using empty = await emptyDatabase();
    const set = { name: "Bad; name", folder };
    expect(String(await errorOf(migrate({ url: empty.url, sets: [migrations, set] })))).toContain(
      "bad name",
    );
  });
});

describe("a login that is no superuser", () => {
  test("migrates once it owns the database and belongs to the roles, and is told so before", async () => {
    await using empty = await emptyDatabase();
    const name = `login_${process.pid}`;
    const url = new URL(empty.url);
    url.username = name;
    url.password = "secret";
    await migrate({ url: empty.url, sets: [] });
    await ask(empty.url, `create role ${name} login password 'secret'`);
    try {
      const attempt = migrate({ url: url.href, sets: [migrations] });
      expect(await errorOf(attempt)).toMatchObject({
        code: "FORBIDDEN",
        message: expect.stringContaining(`to ${name};`),
      });
      await ask(
        empty.url,
        `grant closebell_owner, closebell_application, closebell_readonly to ${name}`,
      );
      expect((await migrate({ url: url.href, sets: [migrations] })).applied).toEqual(OWN);
    } finally {
      await ask(empty.url, `drop owned by ${name} cascade`);
      await ask(empty.url, `drop role ${name}`);
    }
  });
});
