import { expect, setDefaultTimeout, test } from "bun:test";
import { moveClock } from "@closebell/database";
import { randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { closeChecks } from "@closebell/rounds";
import { reaches, type SchedulerScene, schedulerScene } from "./testing/scheduler-scene.ts";

setDefaultTimeout(60_000);

const CODE = "20261120";
const FETCHED = "2026-11-20T21:05:00Z";
const FINAL = "2026-11-20T22:15:00Z";

const checks = (scene: SchedulerScene) => async () =>
  (await closeChecks(scene.runtime, { code: CODE })).length;

const settled = async (scene: SchedulerScene): Promise<void> => {
  await reaches(() => scene.stateOf(CODE), "OPEN");
  await scene.scratch.setClock(FETCHED);
  await reaches(() => scene.stateOf(CODE), "SETTLED");
};

test("closes are read again by jobs alone", async () => {
  await using scene = await schedulerScene();
  await scene.startScheduler({
    tickMs: 0,
    schedules: [
      { name: "rounds", everyMs: 200 },
      { name: "recheck", everyMs: 200 },
    ],
    followsClock: false,
  });
  await settled(scene);
  expect(await checks(scene)()).toBe(0);
  await scene.scratch.setClock(FINAL);
  await reaches(checks(scene), 1);
});

test("closes are read again by the timer alone, once however many schedulers there are", async () => {
  await using scene = await schedulerScene();
  const timer = { tickMs: 40, schedules: [], followsClock: false } as const;
  const first = await scene.startScheduler(timer);
  await settled(scene);
  await first.stop();
  await scene.scratch.setClock(FINAL);
  // the timer rings for all that is rare when it starts
  for (let n = 0; n < 3; n += 1) await scene.startScheduler(timer);
  await reaches(checks(scene), 1);
  expect((await closeChecks(scene.runtime, { code: CODE }))[0]).toMatchObject({
    kind: "reread",
    differs: false,
    failure: null,
  });
});

test("closes are read again at once where a sandbox's clock is moved past 17:15", async () => {
  await using scene = await schedulerScene();
  await scene.startScheduler({ tickMs: 600_000, schedules: [] });
  await reaches(() => scene.stateOf(CODE), "OPEN");
  const by = { actor: SYSTEM_ACTORS.anonymous, requestId: randomIds.uuid() };
  await moveClock(scene.runtime, { by, to: Temporal.Instant.from(FETCHED) });
  await reaches(() => scene.stateOf(CODE), "SETTLED");
  await moveClock(scene.runtime, { by, to: Temporal.Instant.from(FINAL) });
  await reaches(checks(scene), 1);
});
