import { expect, setDefaultTimeout, test } from "bun:test";
import { randomIds } from "@closebell/context";
import { once } from "@closebell/database";
import { reaches, type SchedulerScene, schedulerScene } from "./testing/scheduler-scene.ts";

setDefaultTimeout(60_000);

const request = (key: string) => ({
  caller: randomIds.uuid(),
  route: "POST /things",
  key,
  body: {},
});

const keptKeys = (scene: SchedulerScene) => async () => {
  const rows = await scene.scratch.owner.sql<{ key: string }[]>`
    select key from database.kept_answer order by key`;
  return rows.map(({ key }) => key).join();
};

const keepTwo = async (scene: SchedulerScene): Promise<void> => {
  for (const key of ["old", "young"])
    await once(scene.runtime, request(key), () => Promise.resolve({}));
  await scene.scratch.owner.sql`
    update database.kept_answer set kept_at = kept_at - interval '25 hours' where key = 'old'`;
};

test.each([
  ["by jobs alone", { tickMs: 0, schedules: [{ name: "tidy", everyMs: 200 }] }],
  ["by the timer alone", { tickMs: 40, schedules: [] }],
])("answers older than a day are forgotten %s", async (_how, options) => {
  await using scene = await schedulerScene();
  await keepTwo(scene);
  await scene.startScheduler({ ...options, followsClock: false });
  await reaches(keptKeys(scene), "young");
  expect(await keptKeys(scene)()).toBe("young");
});
