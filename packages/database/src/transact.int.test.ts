import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { countingIds, memoryEvents, silentLogger } from "@closebell/context/testing";
import { sql } from "drizzle-orm";
import { connect } from "./connect.ts";
import { openDatabase } from "./open-database.ts";
import { snapshot } from "./snapshot.ts";
import { errorOf, type ScratchDatabase, scratchDatabase } from "./testing/index.ts";
import type { Work } from "./database.ts";
import { type Deps, transact } from "./transact.ts";

let scratch: ScratchDatabase;
let deps: Deps & { readonly events: ReturnType<typeof memoryEvents> };

// The application may write no table of this room but the log, so these tests work as the owner of a table of their own.
beforeAll(async () => {
  scratch = await scratchDatabase();
  await scratch.owner.sql`create table database.counter (id int primary key, n int not null)`;
});
afterAll(() => scratch[Symbol.asyncDispose]());
beforeEach(async () => {
  await scratch.owner.sql`delete from database.counter`;
  await scratch.owner.sql`insert into database.counter values (1, 0), (2, 0)`;
  deps = {
    database: scratch.owner,
    events: memoryEvents(),
    ids: countingIds(),
    log: silentLogger,
  };
});

const counters = async (): Promise<readonly number[]> =>
  (await scratch.owner.sql<{ n: number }[]>`select n from database.counter order by id`).map(
    (row) => row.n,
  );
const read = (tx: Work["tx"]) =>
  tx.execute<{ n: number }>(sql`select sum(n)::int as n from database.counter`);
const add = (work: Work, id: number) =>
  work.tx.execute(sql`update database.counter set n = n + 1 where id = ${id}`);

test("commits what the body did, and tells of it only then", async () => {
  const result = await transact(deps, async (work) => {
    await add(work, 1);
    work.emit({ type: "clock.moved" });
    expect(deps.events.published).toEqual([]);
    expect(await counters()).toEqual([0, 0]);
    return "done";
  });
  expect(result).toBe("done");
  expect(await counters()).toEqual([1, 0]);
  expect(deps.events.published).toEqual([{ type: "clock.moved" }]);
});

test("undoes everything and tells nothing when the body fails", async () => {
  const mine = new Error("mine");
  const attempt = transact(deps, async (work) => {
    await add(work, 1);
    work.emit({ type: "clock.moved" });
    throw mine;
  });
  expect(await errorOf(attempt)).toBe(mine);
  expect(await counters()).toEqual([0, 0]);
  expect(deps.events.published).toEqual([]);
});

test("of two transactions that deadlock both succeed, and each tells its event once", async () => {
  const bothHoldOne = Promise.withResolvers<void>();
  let holding = 0;
  let attempts = 0;
  const cross = (first: number, second: number) =>
    transact(deps, async (work) => {
      attempts += 1;
      await add(work, first);
      work.emit({ type: "clock.moved" });
      holding += 1;
      if (holding === 2) bothHoldOne.resolve();
      await bothHoldOne.promise;
      await add(work, second);
    });
  await Promise.all([cross(1, 2), cross(2, 1)]);
  expect(await counters()).toEqual([2, 2]);
  expect(attempts).toBe(3);
  expect(deps.events.published).toHaveLength(2);
});

test("gives up after three more attempts", async () => {
  let attempts = 0;
  const attempt = transact(deps, async (work) => {
    attempts += 1;
    await work.tx.execute(sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`);
  });
  expect(await errorOf(attempt)).toBeInstanceOf(Error);
  expect(attempts).toBe(4);
});

test("asks the clock anew at each call", async () => {
  await transact(deps, async (work) => {
    const before = await work.now();
    await scratch.setClock(before.add({ minutes: 1 }).toString());
    expect((await work.now()).equals(before.add({ minutes: 1 }))).toBe(true);
  });
});

test("says so in one line when the server is gone", async () => {
  const url = "postgres://postgres@127.0.0.1:1/closebell";
  const gone = openDatabase({ url, max: 1 });
  const attempt = transact({ ...deps, database: gone }, (work) => work.now());
  expect(await errorOf(attempt)).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  await gone.close();
});

test("says so when its connection is cut in the middle", async () => {
  const attempt = transact(deps, async (work) => {
    const [row] = await work.tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    const admin = connect({ url: scratch.url, max: 1, parameters: {} });
    await admin`select pg_terminate_backend(${row?.pid ?? 0})`;
    await admin.end();
    await work.now();
  });
  expect(await errorOf(attempt)).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
});

test("a process that stands still within a transaction is not waited for: it is undone, and told so", async () => {
  const stands = transact(deps, async (work) => {
    await work.tx.execute(sql`set local idle_in_transaction_session_timeout = '100ms'`);
    await add(work, 1);
    Bun.sleepSync(300);
    await add(work, 2);
  });
  expect(await errorOf(stands)).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  expect(await counters()).toEqual([0, 0]);
});

test("while connections keep being cut, every call ends, nothing is half done, and the pool comes back", async () => {
  const admin = connect({ url: scratch.url, max: 1, parameters: {} });
  let committed = 0;
  let failed = 0;
  const over = new AbortController();
  const unexpected: unknown[] = [];
  const work = async (n: number): Promise<void> => {
    while (!over.signal.aborted) {
      await transact(deps, async (unit) => {
        await add(unit, (n % 2) + 1);
        await unit.now();
        await add(unit, (n % 2) + 1);
      }).then(
        () => (committed += 1),
        (error: unknown) => {
          failed += 1;
          const known = error instanceof DomainError && error.code === "DATABASE_UNAVAILABLE";
          if (!known) unexpected.push(error);
        },
      );
      if (n !== 0) continue;
      const session = await scratch.owner.sql.reserve().catch(() => undefined);
      if (session === undefined) continue;
      await session`select 1`.catch(() => undefined);
      session.release();
    }
  };
  const all = Array.from({ length: 20 }, (_, n) => work(n));
  for (let round = 0; round < 12; round += 1) {
    await Bun.sleep(100);
    await admin`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
  }
  over.abort();
  await Promise.all(all);
  await admin.end();
  expect(unexpected).toEqual([]);
  expect(failed).toBeGreaterThan(0);
  const total = (await counters()).reduce((sum, n) => sum + n, 0);
  // a commit whose answer was lost counts as failed here and as done there
  expect(total).toBeGreaterThanOrEqual(2 * committed);
  expect(total).toBeLessThanOrEqual(2 * (committed + failed));
  expect(total % 2).toBe(0);
});

test("a snapshot sees one moment and can't write", async () => {
  await snapshot(deps, async (tx) => {
    expect((await read(tx))[0]?.n).toBe(0);
    await scratch.owner.sql`update database.counter set n = 1 where id = 1`;
    expect((await read(tx))[0]?.n).toBe(0);
  });
  const write = snapshot(deps, (tx) => tx.execute(sql`delete from database.counter`));
  expect(await errorOf(write)).toBeInstanceOf(Error);
  expect(await counters()).toEqual([1, 0]);
});
