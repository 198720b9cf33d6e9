import { describe, expect, test } from "bun:test";
import { SYSTEM_ACTORS } from "@closebell/context";
import { countingIds, memoryEvents, silentLogger } from "@closebell/context/testing";
import { databaseClock, isSandbox } from "./clock.ts";
import { constraintOf, sqlStateOf } from "./errors.ts";
import { listAudit } from "./list-audit.ts";
import { moveClock } from "./move-clock.ts";
import type { Database } from "./database.ts";
import { errorOf, scratchDatabase } from "./testing/index.ts";

const by = {
  actor: SYSTEM_ACTORS.scheduler,
  requestId: "019000aa-0000-7000-8000-000000000001",
  reason: "test",
};
const depsOf = (database: Database) => ({
  database,
  events: memoryEvents(),
  ids: countingIds(),
  log: silentLogger,
});
const at = (text: string) => Temporal.Instant.from(text);
describe("in a sandbox", () => {
  test("the clock stands until it is moved, forward only, and everyone is told", async () => {
    await using scratch = await scratchDatabase();
    const deps = depsOf(scratch.database);
    const clock = databaseClock(scratch.database);
    expect(await isSandbox(scratch.database)).toBe(true);
    expect(await clock.now()).toEqual(at("2026-11-20T12:00:00Z"));

    const moved = await moveClock(deps, { by, to: at("2026-11-20T20:59:59.5Z") });
    expect(moved).toEqual(at("2026-11-20T20:59:59.5Z"));
    const advanced = await moveClock(deps, { by, advance: Temporal.Duration.from("PT90M") });
    expect(advanced).toEqual(at("2026-11-20T22:29:59.5Z"));
    expect(await clock.now()).toEqual(advanced);
    expect(deps.events.published).toEqual([{ type: "clock.moved" }, { type: "clock.moved" }]);

    const back = moveClock(deps, { by, to: at("2026-11-20T22:29:59.4Z") });
    expect(await errorOf(back)).toMatchObject({ code: "CLOCK_BACKWARDS" });
    const beyond = { to: at("2101-01-01T00:00:00Z"), advance: Temporal.Duration.from("PT999999H") };
    for (const move of [{}, { to: beyond.to }, { advance: beyond.advance }])
      expect(await errorOf(moveClock(deps, { by, ...move }))).toMatchObject({
        code: "VALIDATION_FAILED",
      });
    expect(await clock.now()).toEqual(advanced);

    const { items } = await listAudit(deps, { limit: 10 });
    expect(items.map((row) => [row.action, row.after])).toEqual([
      ["clock.move", { now: "2026-11-20T22:29:59.5Z" }],
      ["clock.move", { now: "2026-11-20T20:59:59.5Z" }],
    ]);
    expect(items[1]?.at).toEqual(at("2026-11-20T20:59:59.5Z"));
  });

  test("the application can't write the row itself, and nobody can move it back or take it away", async () => {
    await using scratch = await scratchDatabase();
    const { database, owner } = scratch;
    const update = database.sql`update clock.sandbox set at = at + interval '1 hour'`;
    expect(sqlStateOf(await errorOf(update))).toBe("42501");
    const back = owner.sql`update clock.sandbox set at = at - interval '1 second'`;
    expect(constraintOf(await errorOf(back))).toBe("clock_forward_only");
    const remove = owner.sql`delete from clock.sandbox`;
    expect(constraintOf(await errorOf(remove))).toBe("clock_sandbox_only");
    const truncate = owner.sql`truncate clock.sandbox`;
    expect(constraintOf(await errorOf(truncate))).toBe("clock_sandbox_only");
    const never = owner.sql`update clock.sandbox set at = 'infinity'`;
    expect(constraintOf(await errorOf(never))).toBe("sandbox_at_is_finite");
    const reader = database.sql`set role closebell_readonly; select clock.move(now())`.simple();
    expect(sqlStateOf(await errorOf(reader))).toBe("42501");
  });
});

describe("on real time", () => {
  test("the clock is the server's, runs on inside a transaction, and can't be moved", async () => {
    await using scratch = await scratchDatabase({ sandbox: false });
    const { database } = scratch;
    expect(await isSandbox(database)).toBe(false);
    const times = await database.sql.begin(async (sql) => {
      const [first] = await sql<{ now: Temporal.Instant }[]>`select clock.now() as now`;
      await sql`select pg_sleep(0.01)`;
      const [second] = await sql<{ now: Temporal.Instant; real: Temporal.Instant }[]>`
        select clock.now() as now, clock_timestamp() as real`;
      return { first: first?.now, second: second?.now, real: second?.real };
    });
    const elapsed = times.second?.since(times.first ?? at("1970-01-01T00:00Z"));
    expect(elapsed?.total("milliseconds")).toBeGreaterThanOrEqual(10);
    expect(elapsed?.total("seconds")).toBeLessThan(10);
    expect(
      times.real?.since(times.second ?? at("1970-01-01T00:00Z")).total("seconds"),
    ).toBeLessThan(1);

    const move = moveClock(depsOf(database), { by, advance: Temporal.Duration.from("PT1H") });
    expect(await errorOf(move)).toMatchObject({ code: "SANDBOX_ONLY" });
  });

  test("nothing makes the database a sandbox afterwards, not even its owner", async () => {
    await using scratch = await scratchDatabase({ sandbox: false });
    const insert = scratch.owner.sql`insert into clock.sandbox (at) values (now())`;
    expect(constraintOf(await errorOf(insert))).toBe("clock_sandbox_only");
    const application = scratch.database.sql`insert into clock.sandbox (at) values (now())`;
    expect(sqlStateOf(await errorOf(application))).toBe("42501");
    expect(await isSandbox(scratch.database)).toBe(false);
  });
});
