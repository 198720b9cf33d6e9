import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import { integer, jsonb, pgTable } from "drizzle-orm/pg-core";
import {
  bigints,
  booleans,
  dates,
  instants,
  integers,
  numerics,
  smallints,
  texts,
  uuids,
} from "./arrays.ts";
import { instant, micro, plainDate } from "./columns.ts";
import { connect } from "./connect.ts";
import { constraintOf, reachable, sqlStateOf } from "./errors.ts";
import type { Database } from "./database.ts";
import { openDatabase } from "./open-database.ts";
import { errorOf, type ScratchDatabase, scratchDatabase } from "./testing/index.ts";

const AT = Temporal.Instant.from("2026-11-23T20:59:59.123456Z");
const HUGE = 2n ** 62n;
const things = pgTable("things", {
  id: integer("id").primaryKey(),
  amount: micro("amount").notNull(),
  at: instant("at").notNull(),
  day: plainDate("day"),
  doc: jsonb("doc"),
});

let scratch: ScratchDatabase;
beforeAll(async () => {
  scratch = await scratchDatabase();
  const admin = connect({ url: scratch.url, max: 1, parameters: {} });
  await admin.unsafe(`
    create schema extra; grant usage on schema extra to closebell_application;
    create table extra.things (id integer primary key, amount bigint not null constraint amount_is_positive check (amount > 0),
      at timestamptz not null, day date, doc jsonb);
    grant all on extra.things to closebell_application`);
  await admin.end();
});
afterAll(() => scratch[Symbol.asyncDispose]());

const disposable = (database: Database) => ({
  database,
  [Symbol.asyncDispose]: () => database.close(),
});

/** The scratch database's URL with one thing wrong. */
const changed = (change: (url: URL) => void): string => {
  const url = new URL(scratch.url);
  change(url);
  return url.href;
};

describe("raw SQL", () => {
  test("reads every type the service uses as the house has it", async () => {
    const [row] = await scratch.database.sql`
      select 9223372036854775807::bigint as big, ${AT}::timestamptz as at, '2026-11-23'::date as day, 1.50::numeric as price,
        7::integer as small, array[1,2]::bigint[] as bigs, array[${AT}::timestamptz] as ats, array['2026-11-23'::date] as days,
        array[1.5]::numeric[] as prices, count(*) as counted, '{"a":1}'::jsonb as doc, true as yes`;
    expect(row).toEqual({
      big: 9223372036854775807n,
      at: AT,
      day: "2026-11-23",
      price: "1.50",
      small: 7,
      bigs: [1n, 2n],
      ats: [AT],
      days: ["2026-11-23"],
      prices: ["1.5"],
      counted: 1n,
      doc: { a: 1 },
      yes: true,
    });
  });

  test("takes instants, bigints, dates, and JSON as parameters", async () => {
    const doc = { stake: 5n, text: "x" };
    const [row] = await scratch.database.sql`
      select ${AT}::timestamptz as at, ${HUGE}::bigint as big, ${"2026-11-23"}::date as day,
        ${"2026-01-01T00:00:00Z"}::timestamptz as text_at, ${JSON.stringify({ a: 1 })}::jsonb as text,
        ${scratch.database.sql.json({ b: [1] })} as json, ${scratch.database.sql.typed(doc, 3802)} as doc`;
    expect(row?.["at"]).toEqual(AT);
    const number = scratch.database.sql`select ${1}::timestamptz`;
    expect(String(await errorOf(number))).toContain("takes a Temporal.Instant");
    expect(row?.["big"]).toBe(HUGE);
    expect(row?.["day"]).toBe("2026-11-23");
    expect(row?.["text_at"]).toEqual(Temporal.Instant.from("2026-01-01T00:00:00Z"));
    expect([row?.["text"], row?.["json"], row?.["doc"]]).toEqual([
      { a: 1 },
      { b: [1] },
      { stake: "5", text: "x" },
    ]);
  });
});

describe("drizzle on the same client", () => {
  const table = sql`extra.things`;

  test("writes and reads columns, then raw SQL still reads the same", async () => {
    const { orm, sql: raw } = scratch.database;
    await orm.execute(sql`delete from ${table}`);
    await orm.transaction(async (tx) => {
      await tx.execute(sql`set local search_path = extra`);
      await tx.insert(things).values({
        id: 1,
        amount: HUGE,
        at: AT,
        day: Temporal.PlainDate.from("2026-11-23"),
        doc: { a: "1" },
      });
      const [row] = await tx.select().from(things).where(eq(things.at, AT));
      expect(row?.amount).toBe(HUGE);
      expect(row?.at.equals(AT)).toBe(true);
      expect(row?.day?.toString()).toBe("2026-11-23");
      expect(row?.doc).toEqual({ a: "1" });
      const late = await tx
        .update(things)
        .set({ day: null })
        .where(eq(things.amount, HUGE))
        .returning();
      expect(late[0]?.day).toBeNull();
    });
    const [row] = await raw`select amount, at, doc from extra.things`;
    expect(row).toEqual({ amount: HUGE, at: AT, doc: { a: "1" } });
  });

  test("array parameters arrive as the type they name, with nulls or empty", async () => {
    const id = "019000aa-0000-7000-8000-000000000001";
    const [row] = await scratch.database.orm.execute(sql`
      select ${uuids([id])} as uuids, ${bigints([HUGE, -1n])} as bigints, ${texts(['a"b', "c,d"])} as texts,
        ${integers([1])} as integers, ${smallints([2])} as smallints, ${booleans([true, false])} as booleans,
        ${numerics(["1.50"])} as numerics, ${instants([AT])} as instants,
        ${dates([Temporal.PlainDate.from("2026-11-23"), "2026-11-24"])} as dates, ${bigints([])} as none,
        array_to_string(${bigints([null, 7n])}, ',', '-') as nulls`);
    expect(row).toEqual({
      uuids: [id],
      bigints: [HUGE, -1n],
      texts: ['a"b', "c,d"],
      integers: [1],
      smallints: [2],
      booleans: [true, false],
      numerics: ["1.50"],
      instants: [AT],
      dates: ["2026-11-23", "2026-11-24"],
      none: [],
      nulls: "-,7",
    });
  });

  test("a refused constraint can be told by name, through drizzle's own error", async () => {
    const insert = sql`insert into ${table} (id, amount, at) values (2, 0, now())`;
    const error = await errorOf(scratch.database.orm.execute(insert));
    expect(constraintOf(error)).toBe("amount_is_positive");
    expect(sqlStateOf(error)).toBe("23514");
  });
});

describe("connections", () => {
  test("act as their role, under their name, in UTC", async () => {
    await using named = disposable(
      openDatabase({ url: scratch.url, role: "readonly", applicationName: "reader" }),
    );
    const [row] = await named.database.sql`
      select current_user::text as who, current_setting('application_name') as name, current_setting('timezone') as zone,
        current_setting('transaction_isolation') as isolation`;
    expect(row).toEqual({
      who: "closebell_readonly",
      name: "reader",
      zone: "UTC",
      isolation: "read committed",
    });
  });

  test("end a statement that runs too long", async () => {
    await using quick = disposable(openDatabase({ url: scratch.url, statementTimeoutMs: 50 }));
    const error = await errorOf(quick.database.sql`select pg_sleep(5)`);
    expect(sqlStateOf(error)).toBe("57014");
  });

  test("are given up by the server with what they hold, where the host behind them is gone or hangs", async () => {
    await using pool = disposable(openDatabase({ url: scratch.url, max: 1 }));
    const rows = await pool.database.sql`
      select name, setting::int * case unit when 's' then 1000 else 1 end as ms from pg_settings
      where name in ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_user_timeout', 'idle_in_transaction_session_timeout')
      order by name`;
    expect(rows.map(({ name, ms }) => [name, ms])).toEqual([
      ["idle_in_transaction_session_timeout", 60_000],
      ["tcp_keepalives_idle", 10_000],
      ["tcp_keepalives_interval", 5_000],
      ["tcp_user_timeout", 30_000],
    ]);
  });

  test("cut off by the server fail their queries, not the process, and are replaced", async () => {
    await using pool = disposable(openDatabase({ url: scratch.url, max: 2 }));
    const admin = connect({ url: scratch.url, max: 1, parameters: {} });
    const reserved = await pool.database.sql.reserve();
    const [row] = await reserved`select pg_backend_pid() as pid`;
    await admin`select pg_terminate_backend(${Number(row?.["pid"])})`;
    await admin.end();
    expect(await errorOf(reserved`select 1`)).toBeInstanceOf(Error);
    expect(await errorOf(reserved`select 1`)).toMatchObject({ code: "CONNECTION_CLOSED" });
    await Bun.sleep(20);
    reserved.release();
    for (let n = 0; n < 4; n += 1) {
      const [answer] = await pool.database.sql`select 1 as one`;
      expect(answer).toEqual({ one: 1 });
    }
  });

  test("of a wrong port, database or password fail in one line each", async () => {
    const cases: readonly [string, string][] = [
      [changed((url) => void (url.port = "1")), "Start it, or correct DATABASE_URL"],
      [changed((url) => void (url.pathname = "/nowhere")), "That database does not exist"],
      [changed((url) => void (url.password = "wrong")), "The password was refused"],
    ];
    for (const [url, advice] of cases) {
      await using broken = disposable(openDatabase({ url, max: 1 }));
      const attempt = reachable(url, async () => broken.database.sql`select 1`);
      expect(await errorOf(attempt)).toMatchObject({
        code: "DATABASE_UNAVAILABLE",
        message: expect.stringContaining(advice),
      });
    }
  });

  test("of what takes connections and hangs up, as a balancer without a server does, fail, and are not tried without a pause", async () => {
    let taken = 0;
    const hangsUp = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data: () => undefined,
        open: (socket) => {
          taken += 1;
          socket.end();
        },
      },
    });
    const url = changed((one) => void (one.port = String(hangsUp.port)));
    await using broken = disposable(openDatabase({ url, max: 1 }));
    const failures: unknown[] = [];
    for (let n = 0; n < 3; n += 1) {
      failures.push(await errorOf(reachable(url, async () => broken.database.sql`select 1`)));
    }
    hangsUp.stop(true);
    for (const failure of failures) expect(failure).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    expect(taken).toBe(3);
  });

  test("of a server that is down are refused one after the other, without longer and longer waits", async () => {
    const url = changed((one) => void (one.port = "1"));
    await using broken = disposable(openDatabase({ url, max: 2 }));
    for (let n = 0; n < 15; n += 1) {
      const attempt = reachable(url, async () => broken.database.sql`select 1`);
      expect(await errorOf(attempt)).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    }
  });
});
