import { expect, setDefaultTimeout, test } from "bun:test";
import { randomIds, SYSTEM_ACTORS } from "../../packages/context/src/index.ts";
import { silentLogger } from "../../packages/context/src/testing.ts";
import { creditUser } from "../../packages/custody/src/index.ts";
import {
  type ScratchDatabase,
  scratchDatabase,
} from "../../packages/database/src/testing/index.ts";
import { createUser } from "../../packages/identity/src/index.ts";
import { moveRealTime, signInAll, staffWith } from "../../packages/identity/src/testing/index.ts";
import { microUsdc } from "../../packages/money/src/index.ts";
import { createRuntime, readConfig, type Runtime } from "../../packages/runtime/src/index.ts";
import { field, items, text } from "../infra/read-tree.ts";
import { clientOf, objectOf, textOf } from "./http-client.ts";
import { BESIDE_A_SERVER, eventually, type Program, runProgram } from "./run-program.ts";

setDefaultTimeout(180_000);

const AUTH = { ...BESIDE_A_SERVER, AUTH_ISSUER: "https://bets.example" };
const by = { actor: SYSTEM_ACTORS.scheduler, requestId: randomIds.uuid() };
const HOSTS = [
  ["fast", 60_000],
  ["slow", -60_000],
] as const;

/** What the processes of a test are built of, in this one, whose clock is right. */
const runtimeOn = (url: string): Promise<Runtime> =>
  createRuntime({
    config: readConfig(AUTH),
    log: silentLogger,
    place: { url },
    name: "host-clock",
    signsIn: true,
  });

/** Starts a program whose host's clock is off, and answers where it listens. */
const startOff = async (script: "api" | "scheduler", url: string, offMs: number) => {
  const program: Program = runProgram(`apps/${script}/src/main.ts`, [], {
    env: {
      ...AUTH,
      HOST: "127.0.0.1",
      PORT: "0",
      SCHEDULER_PORT: "0",
      DATABASE_URL: url,
      HOST_CLOCK_OFF_MS: String(offMs),
    },
    preload: "test/e2e/host-clock.ts",
  });
  const said = await program.logged(script === "api" ? "API started" : "scheduler started");
  const { epochMilliseconds } = Temporal.Instant.from(textOf(said, "time"));
  const now = Temporal.Now.instant().epochMilliseconds;
  expect(Math.abs(epochMilliseconds - now - offMs)).toBeLessThan(20_000);
  return {
    at: textOf(said, "url").replace(/\/$/, ""),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
};

const lastTick = async (scheduler: string): Promise<string | undefined> => {
  const figures = await (await fetch(`${scheduler}/metrics`)).text();
  return /^closebell_scheduler_last_tick_timestamp_seconds (\S+)$/m.exec(figures)?.[1];
};

/** Waits for a pass over the rounds that began after this was asked. */
const ticked = async (scheduler: string): Promise<void> => {
  for (const which of ["one that may have begun before", "one that began since"]) {
    const before = await lastTick(scheduler);
    await eventually(which, async () => (await lastTick(scheduler)) !== before, 60_000);
  }
};

/** What a process's health says of the clocks, and its figure of them to the minute. */
const clocksOf = async (at: string) => {
  const figures = await (await fetch(`${at}/metrics`)).text();
  const [, seconds] = /^closebell_database_clock_offset_seconds (\S+)$/m.exec(figures) ?? [];
  const health: unknown = await (await fetch(`${at}/health/components`)).json();
  const clock = items(field(health, "components")).find((one) => field(one, "name") === "clock");
  return {
    minutes: Math.round(Number(seconds) / 60),
    detail: text(field(clock, "detail")),
    ready: (await fetch(`${at}/health/ready`)).status,
  };
};

const roundOf = async ({ owner }: ScratchDatabase) => {
  const [round] = await owner.sql<
    { readonly state: string; readonly lock_at: Temporal.Instant }[]
  >`select state, lock_at from rounds.round where code = '20261120'`;
  return round;
};

test.each(HOSTS)(
  "a host's clock a minute %s neither locks early nor lets a late bet in",
  async (_, offMs) => {
    await using scratch = await scratchDatabase();
    await using stack = new AsyncDisposableStack();
    const runtime = await runtimeOn(scratch.url);
    stack.defer(() => runtime.stop());
    const lock = Temporal.Instant.from("2026-11-20T20:59:59Z");
    // its time of day is that of the lock, but for a minute
    const off = lock.epochMilliseconds - Temporal.Now.instant().epochMilliseconds + offMs;
    const api = stack.use(await startOff("api", scratch.url, off));
    const scheduler = stack.use(await startOff("scheduler", scratch.url, off));
    await ticked(scheduler.at);
    expect(await roundOf(scratch)).toEqual({ state: "OPEN", lock_at: lock });
    const { apiKey } = await staffWith(runtime, ["admin"]);
    const { id: userId } = await createUser(runtime, { by });
    const amountMicroUsdc = microUsdc(1_000n);
    await creditUser(runtime, { by, userId, amountMicroUsdc, idempotencyKey: "for-bets" });
    const client = clientOf(api.at, apiKey);
    const bet = async (key: string) => {
      const json = { userId, side: "UP", stakeMicroUsdc: "1", roundCode: "20261120" };
      const { status, body } = await client.post("/bets", json, key);
      return [status, body["code"] ?? body["roundCode"]];
    };
    await scratch.setClock(lock.subtract({ microseconds: 1 }).toString());
    expect((await bet("last-instant"))[0]).toBe(201);
    await ticked(scheduler.at);
    expect((await roundOf(scratch))?.state).toBe("OPEN");
    expect((await bet("after-a-tick"))[0]).toBe(201);
    await scratch.setClock(lock.toString());
    expect(await bet("at-the-lock")).toEqual([409, "ROUND_NOT_OPEN"]);
    await ticked(scheduler.at);
    expect((await roundOf(scratch))?.state).toBe("LOCKED");
    expect(await bet("after-the-lock")).toEqual([409, "ROUND_NOT_OPEN"]);
    const placed = await scratch.owner.sql`select from rounds.bet where user_id = ${userId}`;
    expect(placed).toHaveLength(2);
  },
);

test.each(HOSTS)(
  "on a host whose clock is a minute %s an access token counts as long as the database says, remembered or not",
  async (_, offMs) => {
    await using scratch = await scratchDatabase();
    await using stack = new AsyncDisposableStack();
    const runtime = await runtimeOn(scratch.url);
    stack.defer(() => runtime.stop());
    const api = stack.use(await startOff("api", scratch.url, offMs));
    const { id: userId } = await createUser(runtime, { by });
    // of its ten minutes some twenty seconds are left
    await moveRealTime(scratch.owner, { seconds: -580 });
    const [old = ""] = await signInAll(runtime, [userId]);
    await moveRealTime(scratch.owner, { seconds: 0 });
    const [fresh = ""] = await signInAll(runtime, [userId]);
    const me = (token: string) => clientOf(api.at, token).get("/auth/me");
    const databaseNow = async (): Promise<Temporal.Instant> => {
      const [row] = await scratch.owner.sql<
        { readonly now: Temporal.Instant }[]
      >`select identity.now() as now`;
      if (row === undefined) throw new Error("identity.now() returned no row");
      return row.now;
    };
    expect(await clocksOf(api.at)).toEqual({
      minutes: offMs > 0 ? -1 : 1,
      detail: expect.stringMatching(
        offMs > 0
          ? /^PostgreSQL's clock is [56]\d s behind this host's$/
          : /^PostgreSQL's clock is [56]\d s ahead of this host's$/,
      ),
      ready: 200,
    });
    const first = await me(old);
    expect([first.status, (await me(fresh)).status]).toEqual([200, 200]);
    const ends = Temporal.Instant.from(textOf(objectOf(first.body, "credential"), "expiresAt"));
    for (;;) {
      const before = await databaseNow();
      const { status } = await me(old);
      const after = await databaseNow();
      if (status !== 200) {
        expect([status, Temporal.Instant.compare(after, ends)]).not.toEqual([401, -1]);
        expect(status).toBe(401);
        break;
      }
      expect(Temporal.Instant.compare(before, ends)).toBe(-1);
      await Bun.sleep(200);
    }
    expect((await me(fresh)).status).toBe(200);
  },
);
