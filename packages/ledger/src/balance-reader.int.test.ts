import { afterAll, beforeAll, expect, test } from "bun:test";
import { openDatabase } from "@closebell/database";
import { errorOf, scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { createBalanceReader, type UserBalances } from "./balance-reader.ts";

const userOf = (n: number): string => `019a3f6c-7e10-7cc2-8000-${String(n).padStart(12, "0")}`;

let scratch: ScratchDatabase;
beforeAll(async () => {
  scratch = await scratchDatabase();
  await scratch.owner.sql`
    insert into ledger.account (code, owner, purpose, lock_rank, floored, balance)
    select 'user/' || u.id || '/' || p.name, u.id, p.name, 1, true, u.n * 10 + p.n
    from (select n, ('019a3f6c-7e10-7cc2-8000-' || lpad(n::text, 12, '0'))::uuid as id
          from generate_series(1, 301) n) u
    cross join unnest(array['available', 'withdrawing', 'held']) with ordinality as p (name, n)`;
});
afterAll(() => scratch[Symbol.asyncDispose]());

/** A reader whose statements are counted. */
const counted = () => {
  let statements = 0;
  const { database } = scratch;
  const sql = new Proxy(database.sql, {
    apply(target, self, args) {
      statements += 1;
      return Reflect.apply(target, self, args);
    },
  });
  const reader = createBalanceReader({ database: { ...database, sql } });
  return { reader, statements: () => statements };
};

const plain = (balances: UserBalances | undefined) =>
  balances === undefined
    ? undefined
    : [balances.available, balances.withdrawing, balances.held].map(Number);

test("everybody who waits is answered from few statements, each with their own", async () => {
  const { reader, statements } = counted();
  const asked = Array.from({ length: 300 }, (_, n) => n + 1);
  const all = await Promise.all(asked.map((n) => reader.balancesOf(userOf(n))));
  expect(all.map(plain)).toEqual(asked.map((n) => [n * 10 + 1, n * 10 + 2, n * 10 + 3]));
  expect(statements()).toBe(3);
});

test("a lone read, the same user twice, and somebody without accounts", async () => {
  const { reader, statements } = counted();
  expect(plain(await reader.balancesOf(userOf(7).toUpperCase()))).toEqual([71, 72, 73]);
  expect(statements()).toBe(1);
  const three = [userOf(8), userOf(999), userOf(8)].map((id) => reader.balancesOf(id));
  expect((await Promise.all(three)).map(plain)).toEqual([[81, 82, 83], undefined, [81, 82, 83]]);
  expect(statements()).toBe(2);
});

test("what was committed before the call is seen, always", async () => {
  const { reader } = counted();
  for (const balance of [5, 6, 7]) {
    await scratch.owner
      .sql`update ledger.account set balance = ${balance} where owner = ${userOf(301)} and purpose = 'held'`;
    expect(plain(await reader.balancesOf(userOf(301)))?.at(2)).toBe(balance);
  }
});

test("what is no UUID has nothing, and spoils nobody's read", async () => {
  const { reader } = counted();
  const both = [reader.balancesOf("no uuid"), reader.balancesOf(userOf(1))];
  expect((await Promise.all(both)).map(plain)).toEqual([undefined, [11, 12, 13]]);
});

test("a database that is gone is told to everybody who waits", async () => {
  const database = openDatabase({ url: "postgres://postgres@127.0.0.1:1/closebell", max: 1 });
  const reader = createBalanceReader({ database });
  const waiting = [1, 2].map((n) => errorOf(reader.balancesOf(userOf(n))));
  for (const error of await Promise.all(waiting))
    expect(error).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  await database.close();
});
