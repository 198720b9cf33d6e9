import { afterAll, beforeAll, expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { countingIds, memoryEvents, silentLogger } from "@closebell/context/testing";
import { sql } from "drizzle-orm";
import { forgetAnswers } from "./forget-answers.ts";
import { once, type OnceRequest } from "./once.ts";
import type { Executor } from "./database.ts";
import { snapshot } from "./snapshot.ts";
import { errorOf, type ScratchDatabase, scratchDatabase } from "./testing/index.ts";
import { type Deps, transact } from "./transact.ts";

let scratch: ScratchDatabase;
let deps: Deps & { readonly events: ReturnType<typeof memoryEvents> };

// however busy the machine is
const PATIENT = 30_000;
const ANNA = "00000000-0000-7000-8000-00000000000a";
const BERT = "00000000-0000-7000-8000-00000000000b";

beforeAll(async () => {
  scratch = await scratchDatabase({ max: 4 });
  await scratch.owner
    .sql`create table database.done (n bigint generated always as identity, what text)`;
  await scratch.owner.sql`grant select, insert on database.done to closebell_application`;
  deps = {
    database: scratch.database,
    events: memoryEvents(),
    ids: countingIds(),
    log: silentLogger,
  };
});
afterAll(() => scratch[Symbol.asyncDispose]());

const request = (key: string, change: Partial<OnceRequest> = {}): OnceRequest => ({
  caller: ANNA,
  route: "POST /things",
  key,
  body: { amount: 5n, to: "x" },
  ...change,
});

/** A verb like any other: it opens a unit of work of its own, reads, writes and tells. */
const act = (on: Deps, what: string) =>
  transact(on, async (work) => {
    await work.tx.execute(sql`insert into database.done (what) values (${what})`);
    work.emit({ type: "clock.moved" });
    return { what, number: (await times(work.tx, what)).toString() };
  });

const times = async (on: Executor, what: string): Promise<bigint> => {
  const [row] = await on.execute<{ n: bigint }>(
    sql`select count(*) as n from database.done where what = ${what}`,
  );
  return row?.n ?? 0n;
};
const timesDone = (on: Deps, what: string) => times(on.database.orm, what);

test("does it once, and tells of it once it is committed", async () => {
  const told = deps.events.published.length;
  const ask = () =>
    once(deps, request("first"), async (on) => {
      const answer = await act(on, "first");
      expect(deps.events.published).toHaveLength(told);
      expect([await timesDone(on, "first"), await timesDone(deps, "first")]).toEqual([1n, 0n]);
      return answer;
    });
  const answer = { what: "first", number: "1" };
  expect(await ask()).toEqual({ answer, replayed: false });
  expect(deps.events.published).toHaveLength(told + 1);
  expect(await ask()).toEqual({ answer, replayed: true });
  expect(deps.events.published).toHaveLength(told + 1);
  expect(await timesDone(deps, "first")).toBe(1n);
});

test("fifty at once on four connections are one, and all get its answer", async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      once(deps, request("fifty"), (on) => act(on, "fifty"), PATIENT),
    ),
  );
  expect(new Set(answers.map(({ answer }) => JSON.stringify(answer))).size).toBe(1);
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await timesDone(deps, "fifty")).toBe(1n);
});

test("fifty different ones at once on four connections all are done", async () => {
  const numbers = Array.from({ length: 50 }, (_, n) => n);
  const answers = await Promise.all(
    numbers.map((n) => once(deps, request(`each-${n}`), (on) => act(on, `each-${n}`), PATIENT)),
  );
  expect(answers.map(({ answer }) => answer)).toEqual(
    numbers.map((n) => ({ what: `each-${n}`, number: "1" })),
  );
});

test("what fails is undone wholly, uses no key up and tells nothing", async () => {
  const told = deps.events.published.length;
  const mine = new DomainError("INSUFFICIENT_FUNDS", "Too little.");
  const failing = once(deps, request("failing"), async (on) => {
    await act(on, "failing");
    throw mine;
  });
  expect(await errorOf(failing)).toBe(mine);
  expect(await timesDone(deps, "failing")).toBe(0n);
  expect(deps.events.published).toHaveLength(told);
  const { replayed } = await once(
    deps,
    request("failing", { body: { amount: 1n } }),
    async (on) => await act(on, "failing"),
  );
  expect(replayed).toBe(false);
});

test("an answer that can't be kept undoes the work", async () => {
  const attempt = once(deps, request("k".repeat(201)), (on) => act(on, "long"));
  expect(await errorOf(attempt)).toBeInstanceOf(Error);
  expect(await timesDone(deps, "long")).toBe(0n);
});

test("another body under a used key is refused; the order of fields and what is left out are no other body", async () => {
  const body = { amount: 5n, inner: { a: 1, b: ["x", "y"] } };
  await once(deps, request("body", { body }), (on) => act(on, "body"));
  const same = { inner: { b: ["x", "y"], a: 1 }, amount: 5n, none: undefined };
  const again = await once(deps, request("body", { body: same }), (on) => act(on, "body"));
  expect(again.replayed).toBe(true);
  for (const other of [
    { ...body, amount: 6n },
    { ...body, more: null },
    { ...body, inner: { a: 1, b: ["y", "x"] } },
    undefined,
    "body",
  ]) {
    const attempt = once(deps, request("body", { body: other }), (on) => act(on, "body"));
    expect(await errorOf(attempt)).toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED" });
  }
  expect(await timesDone(deps, "body")).toBe(1n);
});

test("the same key of another caller, or on another route, is another key", async () => {
  for (const change of [{}, { caller: BERT }, { route: "POST /others" }]) {
    const { replayed } = await once(deps, request("same", change), (on) => act(on, "same"));
    expect(replayed).toBe(false);
  }
  expect(await timesDone(deps, "same")).toBe(3n);
});

/** Does it only when told to, having claimed the key. */
const held = async (key: string, end: (on: Deps) => Promise<unknown>) => {
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const work = once(deps, request(key), async (on) => {
    started.resolve();
    await told;
    return await end(on);
  });
  const done = Promise.allSettled([work]).then(([result]) => result);
  await started.promise;
  return { tell, done };
};

test("whoever runs out of patience is told so and holds no connection meanwhile; later he gets the answer", async () => {
  const first = await held("slow", (on) => act(on, "slow"));
  const waiting = Promise.allSettled(
    Array.from({ length: 20 }, () => once(deps, request("slow"), (on) => act(on, "slow"), 200)),
  );
  // while twenty wait on four connections, one of which the first has
  await once(deps, request("beside"), (on) => act(on, "beside"));
  for (const one of await waiting) {
    const reason = { code: "IDEMPOTENCY_KEY_IN_USE", retryAfterSeconds: 1 };
    expect(one).toMatchObject({ status: "rejected", reason });
  }
  const patient = Promise.allSettled([
    once(deps, request("slow"), (on) => act(on, "slow"), 60_000),
  ]);
  first.tell();
  const answer = { what: "slow", number: "1" };
  expect(await first.done).toEqual({ status: "fulfilled", value: { answer, replayed: false } });
  expect(await patient).toEqual([{ status: "fulfilled", value: { answer, replayed: true } }]);
  expect(await timesDone(deps, "slow")).toBe(1n);
});

test("one who waits takes over when the first fails", async () => {
  const mine = new DomainError("INSUFFICIENT_FUNDS", "Too little.");
  const first = await held("heir", async (on) => {
    await act(on, "heir");
    throw mine;
  });
  const second = Promise.allSettled([once(deps, request("heir"), (on) => act(on, "heir"), 60_000)]);
  first.tell();
  expect(await first.done).toEqual({ status: "rejected", reason: mine });
  expect(await second).toMatchObject([{ status: "fulfilled", value: { replayed: false } }]);
  expect(await timesDone(deps, "heir")).toBe(1n);
});

test("a deadlock within is tried again as a whole", async () => {
  let attempts = 0;
  const { replayed } = await once(deps, request("again"), async (on) => {
    attempts += 1;
    const answer = await act(on, "again");
    if (attempts < 3) {
      await transact(on, (work) =>
        work.tx.execute(sql`do $$ begin raise exception 'again' using errcode = '40P01'; end $$`),
      );
    }
    return answer;
  });
  expect([attempts, replayed]).toEqual([3, false]);
  expect(await timesDone(deps, "again")).toBe(1n);
});

test("within a unit of work there is no pool and no snapshot", async () => {
  await once(deps, request("inside"), async (on) => {
    expect(() => on.database.sql).toThrow("within a unit of work");
    expect(await errorOf(on.database.close())).toBeInstanceOf(Error);
    expect(await errorOf(snapshot(on, () => Promise.resolve(1)))).toMatchObject({
      message: expect.stringContaining("no snapshot"),
    });
    return {};
  });
});

test("answers are kept for a day of real time, and then forgotten by however many at once", async () => {
  await using other = await scratchDatabase();
  const on = { ...deps, database: other.database };
  const ask = (key: string) => once(on, request(key), () => Promise.resolve({ key }));
  for (const key of ["old", "young"]) await ask(key);
  await other.owner.sql`insert into database.kept_answer (caller, route, key, body_hash, answer)
    select ${ANNA}, 'POST /things', 'n' || n, sha256(''), '{}' from generate_series(1, 2500) n`;
  await other.owner
    .sql`update database.kept_answer set kept_at = clock_timestamp() - interval '23:59:50'
    where key = 'young'`;
  await other.owner
    .sql`update database.kept_answer set kept_at = clock_timestamp() - interval '24:00:01'
    where key <> 'young'`;
  // a sandbox's clock has nothing to do with it
  await other.setClock("2026-12-20T12:00:00Z");
  const forgotten = await Promise.all([forgetAnswers(on), forgetAnswers(on), forgetAnswers(on)]);
  expect(forgotten.reduce((sum, n) => sum + n, 0)).toBe(2_501);
  expect((await ask("young")).replayed).toBe(true);
  expect((await ask("old")).replayed).toBe(false);
});

test("the application can neither change a kept answer nor say when it was kept", async () => {
  await once(deps, request("fixed"), () => Promise.resolve({}));
  for (const statement of [
    "update database.kept_answer set answer = '{}'",
    "update database.kept_answer set kept_at = now()",
    "delete from database.kept_answer",
    "truncate database.kept_answer",
    `insert into database.kept_answer values ('${ANNA}', 'r', 'k', sha256(''), '{}', now())`,
  ]) {
    const attempt = deps.database.sql.unsafe(statement);
    expect(await errorOf(attempt)).toMatchObject({ code: "42501" });
  }
});
