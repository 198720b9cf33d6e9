import { expect, test } from "bun:test";
import { Registry } from "prom-client";
import { createSchedulerMetrics } from "./scheduler-metrics.ts";
import { serveHealth } from "./serve-health.ts";

test("a scheduler lives from the start, is ready while it ticks, and shows its metrics", async () => {
  let tick: Temporal.Instant | undefined;
  const registry = new Registry();
  createSchedulerMetrics(registry).ticked();
  const server = serveHealth({
    scheduler: { lastTick: () => tick },
    registry,
    port: 0,
    hostname: "127.0.0.1",
  });
  const status = async (path: string) => (await fetch(`${server.url}${path}`)).status;
  try {
    expect(await status("health")).toBe(200);
    expect(await status("health/ready")).toBe(503);
    tick = Temporal.Now.instant();
    expect(await status("health/ready")).toBe(200);
    tick = Temporal.Now.instant().subtract({ seconds: 61 });
    expect(await status("health/ready")).toBe(503);
    const metrics = await (await fetch(`${server.url}metrics`)).text();
    expect(metrics).toMatch(/closebell_scheduler_last_tick_timestamp_seconds \d+/);
    expect(await status("elsewhere")).toBe(404);
  } finally {
    await server.stop();
  }
});
