import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { breakableProxy } from "../../packages/adapters/src/testing/breakable-proxy.ts";
import {
  describeWithRedis,
  emptyDatabase,
  scratchRedis,
} from "../../packages/database/src/testing/index.ts";
import { silentLogger } from "../../packages/context/src/testing.ts";
import { migrateAll, readConfig } from "../../packages/runtime/src/index.ts";
import { eventually, type Program, runProgram } from "./run-program.ts";

setDefaultTimeout(90_000);

let database: Awaited<ReturnType<typeof emptyDatabase>>;
beforeAll(async () => {
  database = await emptyDatabase();
  await migrateAll({ url: database.url, config: readConfig({}), log: silentLogger });
});
afterAll(() => database[Symbol.asyncDispose]());

const startScheduler = (env: Readonly<Record<string, string>>): Program =>
  runProgram("apps/scheduler/src/main.ts", [], {
    env: { SCHEDULER_PORT: "0", HOST: "127.0.0.1", ...env },
  });

const urlOf = async (program: Program): Promise<string> =>
  String((await program.logged("scheduler started"))["url"]);

const isReady = (url: string) => async () => (await fetch(`${url}health/ready`)).ok;

/** It ends by itself, in order and in time: past its deadline it would end with 1. */
const stopsInTime = async (program: Program): Promise<void> => {
  program.kill("SIGTERM");
  expect({ code: await program.exited, stderr: program.stderr() }).toEqual({ code: 0, stderr: "" });
};

describe("a scheduler on PostgreSQL alone", () => {
  test("is seen by an API beside it, as both are by whoever asks for their health", async () => {
    const env = { DATABASE_URL: database.url, PORT: "0", HOST: "127.0.0.1" };
    await using api = runProgram("apps/api/src/main.ts", [], { env });
    const { url } = await api.logged("API started");
    await using scheduler = startScheduler(env);
    await eventually("ready", isReady(await urlOf(scheduler)));
    await eventually("all components well", async () => {
      const answer = await (await fetch(`${String(url)}/health/components`)).text();
      return answer.includes('"scheduler"') && !answer.includes('"degraded"');
    });
    await stopsInTime(api);
    await stopsInTime(scheduler);
  });

  test("is ready once it has ticked, and stops in time", async () => {
    await using scheduler = startScheduler({ DATABASE_URL: database.url });
    const url = await urlOf(scheduler);
    await eventually("ready", isReady(url));
    expect(await (await fetch(`${url}metrics`)).text()).toContain(
      "closebell_scheduler_last_tick_timestamp_seconds",
    );
    await stopsInTime(scheduler);
  });

  for (const how of ["cut", "stall"] as const) {
    test(`stops in time with PostgreSQL gone: ${how}`, async () => {
      await using proxy = await breakableProxy(database.url);
      await using scheduler = startScheduler({ DATABASE_URL: proxy.url });
      await eventually("ready", isReady(await urlOf(scheduler)));
      await proxy[how]();
      await Bun.sleep(700);
      await stopsInTime(scheduler);
    });
  }

  test("says once that PostgreSQL is gone, and goes on when it is back", async () => {
    await using proxy = await breakableProxy(database.url);
    await using scheduler = startScheduler({ DATABASE_URL: proxy.url });
    await eventually("ready", isReady(await urlOf(scheduler)));
    await proxy.cut();
    const failures = () => scheduler.stdout().match(/"msg":"rounds: [^"]*"/g)?.length ?? 0;
    await eventually("it is said", () => failures() > 0);
    await Bun.sleep(2_500);
    expect(failures()).toBe(1);
    await proxy.restore();
    await scheduler.logged("rounds: works again");
    await stopsInTime(scheduler);
  });

  test("needs the keys of its price sources; an API and a migration need none", async () => {
    await using own = await emptyDatabase();
    const env = { DATABASE_URL: own.url, ORACLE: "massive:I:NDX", PORT: "0", HOST: "127.0.0.1" };
    await using migrate = runProgram("apps/admin/src/main.ts", ["migrate"], { env });
    expect({ code: await migrate.exited, stderr: migrate.stderr() }).toEqual({
      code: 0,
      stderr: "",
    });
    await using api = runProgram("apps/api/src/main.ts", [], { env });
    await api.logged("API started");
    await using keyless = startScheduler(env);
    expect(await keyless.exited).toBe(1);
    expect(keyless.stderr().trim()).toBe("MASSIVE_API_KEY must be set where ORACLE lists massive.");
    await using scheduler = startScheduler({ ...env, MASSIVE_API_KEY: "massive-key" });
    await scheduler.logged("scheduler started");
  });

  test("refuses a database that was not migrated, in one line", async () => {
    await using empty = await emptyDatabase();
    await using scheduler = startScheduler({ DATABASE_URL: empty.url });
    expect(await scheduler.exited).toBe(1);
    expect(scheduler.stderr().trim()).toMatch(/bun run admin migrate/);
    expect(scheduler.stderr().trim()).not.toContain("\n");
  });
});

describeWithRedis("a scheduler with Redis", () => {
  test("stops in time after Redis was killed, and starts without it", async () => {
    const redis = await scratchRedis();
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url };
    await using scheduler = startScheduler(env);
    await eventually("ready", isReady(await urlOf(scheduler)));
    await redis[Symbol.asyncDispose]();
    await Bun.sleep(700);
    await stopsInTime(scheduler);
    await using without = startScheduler(env);
    await eventually("ready", isReady(await urlOf(without)));
    await stopsInTime(without);
  });

  test("stops in time while Redis hangs", async () => {
    await using redis = await scratchRedis();
    await using proxy = await breakableProxy(redis.url);
    await using scheduler = startScheduler({ DATABASE_URL: database.url, REDIS_URL: proxy.url });
    await eventually("ready", isReady(await urlOf(scheduler)));
    proxy.stall();
    await Bun.sleep(700);
    await stopsInTime(scheduler);
  });
});
