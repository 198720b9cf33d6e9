import { expect, setDefaultTimeout, test } from "bun:test";
import { createSchedulerMetrics } from "./scheduler-metrics.ts";
import { createPassBell } from "./pass.ts";
import { roundsPass } from "./rounds-pass.ts";
import { schedulerScene } from "./testing/scheduler-scene.ts";

setDefaultTimeout(60_000);

test("a scheduler that leaves the rounds to another, which may hang, has not got through them", async () => {
  await using scene = await schedulerScene();
  const { runtime, scratch } = scene;
  const { ids, log, registry } = runtime;
  const said: string[] = [];
  const metrics = createSchedulerMetrics(registry);
  const watch = () => ({ done: () => void said.push("done") });
  const pass = roundsPass(runtime, metrics, () => void said.push("ticked"));
  const bell = createPassBell({ ids, log, failed: () => undefined, watch }, pass);
  const other = await scratch.owner.sql.reserve();
  await other`select pg_advisory_lock(hashtextextended('rounds.advance', 0))`;
  await bell.ring();
  expect(said).toEqual(["ticked"]);
  await other`select pg_advisory_unlock(hashtextextended('rounds.advance', 0))`;
  other.release();
  await bell.ring();
  expect(said).toEqual(["ticked", "ticked", "done"]);
});
