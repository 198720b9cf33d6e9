import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readHeartbeats } from "@closebell/database";
import { describeWithRedis, scratchRedis } from "@closebell/database/testing";
import { moveClock } from "@closebell/database";
import { randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { listUserBets } from "@closebell/rounds";
import { reaches, type SchedulerScene, schedulerScene } from "./testing/scheduler-scene.ts";

setDefaultTimeout(60_000);

const CODE = "20261120";
const LOCKED = "2026-11-20T20:59:59Z";
const FETCHED = "2026-11-20T21:05:00Z";

const TIMER_ALONE = { tickMs: 40, schedules: [], followsClock: false } as const;
const JOBS_ALONE = {
  tickMs: 0,
  schedules: [{ name: "rounds", everyMs: 200 }],
  followsClock: false,
} as const;

/** From the morning to the payout, by whatever rings. */
const playsRound = async (scene: SchedulerScene): Promise<void> => {
  await reaches(() => scene.stateOf(CODE), "OPEN");
  await scene.scratch.setClock(LOCKED);
  await reaches(() => scene.stateOf(CODE), "LOCKED");
  expect(await scene.stateOf("20261123")).toBe("OPEN");
  await scene.scratch.setClock(FETCHED);
  await reaches(() => scene.stateOf(CODE), "SETTLED");
};

describe("a round opens, locks and settles", () => {
  test("by the timer alone", async () => {
    await using scene = await schedulerScene();
    const scheduler = await scene.startScheduler(TIMER_ALONE);
    await playsRound(scene);
    const age = scheduler.lastTick()?.until(Temporal.Now.instant()).total("seconds");
    expect(age).toBeLessThan(10);
  });

  test("by jobs alone, on PostgreSQL", async () => {
    await using scene = await schedulerScene();
    await scene.startScheduler(JOBS_ALONE);
    await playsRound(scene);
  });

  test("at once when the clock is moved, without waiting for timer or job", async () => {
    await using scene = await schedulerScene();
    await scene.startScheduler({ tickMs: 600_000, schedules: [] });
    await reaches(() => scene.stateOf(CODE), "OPEN");
    const by = { actor: SYSTEM_ACTORS.anonymous, requestId: randomIds.uuid() };
    await moveClock(scene.runtime, { by, to: Temporal.Instant.from(FETCHED) });
    await reaches(() => scene.stateOf(CODE), "SETTLED");
  });
});

test("a scheduler that slept from 16:00 to 17:00 still asks for the close and settles", async () => {
  await using scene = await schedulerScene();
  const first = await scene.startScheduler(TIMER_ALONE);
  await reaches(() => scene.stateOf(CODE), "OPEN");
  await scene.placeBets([
    ["UP", 1_000_000n],
    ["DOWN", 2_000_000n],
  ]);
  await first.stop();
  await scene.scratch.setClock("2026-11-20T22:00:00Z");
  await scene.startScheduler(TIMER_ALONE);
  await reaches(() => scene.stateOf(CODE), "SETTLED");
  expect(await scene.runtime.audit()).toMatchObject({ ok: true, imbalanceMicroUsdc: 0n });
});

test("three schedulers side by side settle a round once", async () => {
  await using scene = await schedulerScene();
  for (let n = 0; n < 3; n += 1) await scene.startScheduler({ ...TIMER_ALONE, tickMs: 5 });
  await reaches(() => scene.stateOf(CODE), "OPEN");
  const users = await scene.placeBets([
    ["UP", 1_000_000n],
    ["UP", 3_000_000n],
    ["DOWN", 2_000_000n],
    ["DOWN", 5_000_000n],
  ]);
  await scene.scratch.setClock(LOCKED);
  await scene.scratch.setClock(FETCHED);
  await reaches(() => scene.stateOf(CODE), "SETTLED");
  await Bun.sleep(100);
  let paid = 0n;
  for (const userId of users) {
    const { items } = await listUserBets(scene.runtime, { userId, limit: 10 });
    paid += items.reduce((sum, bet) => sum + (bet.payout ?? 0n), 0n);
  }
  const [row] = await scene.scratch.owner.sql<{ payouts: bigint; fees: bigint }[]>`
    select count(*) filter (where k.name = 'payout') as payouts,
      coalesce(sum(t.amount) filter (where k.name = 'fee'), 0)::bigint as fees
    from ledger.transfer t join ledger.transfer_kind k on k.id = t.kind`;
  expect(row?.payouts).toBe(2n);
  expect(paid + (row?.fees ?? 0n)).toBe(11_000_000n);
  expect((await scene.runtime.audit()).ok).toBe(true);
});

describe("what others see of a scheduler", () => {
  test("its heartbeat, in the health of every process", async () => {
    await using scene = await schedulerScene();
    const probe = scene.runtime.probes.find(({ name }) => name === "scheduler");
    expect(await probe?.check()).toBe("no scheduler has ever ticked");
    await scene.startScheduler(TIMER_ALONE);
    await reaches(async () => (await readHeartbeats(scene.scratch.database)).length, 1);
    expect(await probe?.check()).toBeUndefined();
    await scene.scratch.owner.sql`update database.heartbeat set at = at - interval '1 minute'`;
    expect(await probe?.check()).toMatch(/^no scheduler has ticked for 6\d s$/);
  });

  test("metrics of its ticks, settlements and checks of the books", async () => {
    await using scene = await schedulerScene();
    const scheduler = await scene.startScheduler(TIMER_ALONE);
    await reaches(() => scheduler.metric("closebell_ledger_check_failures"), 0);
    expect(await scheduler.metric("closebell_settlement_seconds_count")).toBe(0);
    await scene.scratch.setClock("2026-11-20T21:07:00Z");
    await reaches(() => scheduler.metric("closebell_settlement_seconds_count"), 1);
    expect(await scheduler.metric("closebell_settlement_seconds_sum")).toBe(120);
    const tick = await scheduler.metric("closebell_scheduler_last_tick_timestamp_seconds");
    const now = Temporal.Now.instant().epochMilliseconds / 1000;
    expect(Math.abs(now - (tick ?? 0))).toBeLessThan(10);
  });

  test("when each of its passes last got through: the alert knows them all", async () => {
    await using scene = await schedulerScene();
    const scheduler = await scene.startScheduler(TIMER_ALONE);
    const rules = await Bun.file(`${import.meta.dir}/../../../infra/prometheus/rules.yml`).text();
    const watched = [...rules.matchAll(/success_timestamp_seconds\{pass=~?"([a-z|]+)"/g)];
    const passes = watched.flatMap(([, names = ""]) => names.split("|"));
    expect(passes).toHaveLength(10);
    for (const pass of passes) {
      const name = `closebell_pass_success_timestamp_seconds{pass="${pass}"}`;
      expect([pass, await scheduler.metric(name)]).toEqual([pass, expect.any(Number)]);
    }
  });
});

describeWithRedis("jobs on Redis", () => {
  test("alone open, lock and settle a round", async () => {
    await using redis = await scratchRedis();
    await using scene = await schedulerScene({ redisUrl: redis.url });
    await scene.startScheduler(JOBS_ALONE);
    await playsRound(scene);
  });

  test("come back after a FLUSHALL, which loses nothing", async () => {
    await using redis = await scratchRedis();
    await using scene = await schedulerScene({ redisUrl: redis.url });
    await scene.startScheduler({ ...JOBS_ALONE, healEveryMs: 100 });
    await reaches(() => scene.stateOf(CODE), "OPEN");
    await scene.placeBets([
      ["UP", 1_000_000n],
      ["DOWN", 2_000_000n],
    ]);
    const client = new Bun.RedisClient(redis.url);
    await client.send("FLUSHALL", []);
    await scene.scratch.setClock(LOCKED);
    await reaches(() => scene.stateOf(CODE), "LOCKED");
    await client.send("FLUSHALL", []);
    client.close();
    await scene.scratch.setClock(FETCHED);
    await reaches(() => scene.stateOf(CODE), "SETTLED");
    expect((await scene.runtime.audit()).ok).toBe(true);
  });

  test("are not needed: without Redis the timer goes on", async () => {
    const redis = await scratchRedis();
    await using scene = await schedulerScene({ redisUrl: redis.url });
    const scheduler = await scene.startScheduler({ tickMs: 40, schedules: JOBS_ALONE.schedules });
    await reaches(() => scene.stateOf(CODE), "OPEN");
    await redis[Symbol.asyncDispose]();
    await scene.scratch.setClock(LOCKED);
    await reaches(() => scene.stateOf(CODE), "LOCKED");
    await scheduler.stop();
  });
});
