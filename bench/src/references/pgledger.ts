import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSql } from "../scene/house.ts";
import { NotConserved, type Stage } from "../stage.ts";
import { pgbenchOn, type Pgbench } from "./pgbench.ts";

/** Accounts that pay into the hot one. */
const PAYERS = 1_000;

/** One transfer of a random payer into the account that everybody pays into. */
const SCRIPT = `\\set n random(1, ${PAYERS})
select id from pgledger_create_transfer(
  (select id from bench_payer where n = :n), (select id from bench_payer where n = 0), '1');
`;

/** The SQL files of a folder in the order they build on each other: what it brings along first, its own file last. */
const sqlFilesOf = async (folder: string): Promise<readonly string[]> => {
  const found = await Array.fromAsync(new Bun.Glob("vendor/**/*.sql").scan({ cwd: folder }));
  return [...found.toSorted(), "pgledger.sql"].map((file) => join(folder, file));
};

/** The pgledger project, loaded into a database of its own. */
export interface Pgledger extends AsyncDisposable {
  readonly bench: Pgbench;
  /** @throws NotConserved unless what it moved is still there */
  check(): Promise<void>;
}

const load = async (url: string, folder: string): Promise<void> => {
  const sql = openSql(url, 1);
  try {
    for (const file of await sqlFilesOf(folder)) await sql.unsafe(await Bun.file(file).text());
    await sql.unsafe(`
      create table bench_payer (n int primary key, id text not null);
      insert into bench_payer
        select n, (select a.id from pgledger_create_account('account ' || n, 'USD') a)
        from generate_series(0, ${PAYERS}) n;
      analyze`);
  } finally {
    await sql.end({ timeout: 1 });
  }
};

const check = async (url: string): Promise<void> => {
  const sql = openSql(url, 1);
  try {
    const [row] = await sql<{ ok: boolean }[]>`
      select (select sum(amount::numeric) from pgledger_entries) = 0
        and (select sum(balance::numeric) from pgledger_accounts) = 0 as ok`;
    if (row?.ok !== true) throw new NotConserved("pgledger does not balance");
  } finally {
    await sql.end({ timeout: 1 });
  }
};

/** Loads the folder given by --pgledger; undefined where none was given, or pgbench is missing. */
export const openPgledger = async (stage: Stage): Promise<Pgledger | undefined> => {
  if (stage.pgledger === undefined || stage.pgbench === undefined) return undefined;
  const url = await stage.server.createDatabase();
  await load(url, stage.pgledger);
  const folder = await mkdtemp(join(tmpdir(), "closebell-pgledger-"));
  const script = join(folder, "transfer.sql");
  await writeFile(script, SCRIPT);
  const bench = pgbenchOn(stage, url, ["-n", "-f", script]);
  if (bench === undefined) return undefined;
  return {
    bench,
    check: () => check(url),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
      await stage.server.dropDatabase(url);
    },
  };
};
