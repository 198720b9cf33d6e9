import { expect, test } from "bun:test";
import { sqlStateOf } from "./errors.ts";
import { openDatabase } from "./open-database.ts";
import { scratchDatabase } from "./testing/index.ts";

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => "ok",
    (error: unknown) => sqlStateOf(error),
  );

test("what a room creates later is closed to everyone it does not name", async () => {
  await using scratch = await scratchDatabase();
  const { owner, database } = scratch;
  const readonly = openDatabase({ url: scratch.url, role: "readonly", max: 1 });
  await owner.sql`create table database.later (id int)`;
  await owner.sql`create function database.later_write() returns void language sql security definer
    set search_path = pg_catalog, pg_temp as 'insert into database.later values (1)'`;
  expect(await code(database.sql`select from database.later`)).toBe("42501");
  expect(await code(readonly.sql`select from database.later`)).toBe("ok");
  for (const { sql } of [database, readonly]) {
    for (const statement of [
      "insert into database.later values (1)",
      "delete from database.later",
      "truncate database.later",
      "select database.later_write()",
      "create table database.mine (id int)",
      "create table public.mine (id int)",
      "create schema mine",
    ]) {
      expect([statement, await code(sql.unsafe(statement))]).toEqual([statement, "42501"]);
    }
  }
  await readonly.close();
});

// a schema of its caller's own is looked into first unless the path names it
test("no function of any room that has a body of its own rights or steps looks up names where its caller says", async () => {
  await using scratch = await scratchDatabase();
  const open = await scratch.owner.sql`
    select p.oid::regprocedure::text as name from pg_proc p join pg_roles r on r.oid = p.proowner
    where r.rolname = 'closebell_owner' and (p.prosecdef or p.prolang <> (select oid from pg_language where lanname = 'sql'))
      and p.prosqlbody is null
      and not exists (select from unnest(p.proconfig) c where c like 'search_path=%, pg_temp')`;
  expect(open.map((row) => row["name"])).toEqual([]);
});

test("no room's table or function is open to everybody", async () => {
  await using scratch = await scratchDatabase();
  const open = await scratch.owner.sql`
    select c.oid::regclass::text as name from pg_class c, aclexplode(c.relacl) a
      where a.grantee = 0 and c.relowner = 'closebell_owner'::regrole
    union all select p.oid::regprocedure::text from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
      where a.grantee = 0 and p.proowner = 'closebell_owner'::regrole`;
  expect(open.map((row) => row["name"])).toEqual([]);
});
