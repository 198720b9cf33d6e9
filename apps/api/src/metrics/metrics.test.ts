import { expect, test } from "bun:test";
import { Registry } from "prom-client";
import { remembered } from "../remembered.ts";
import { lonelyApi } from "../testing/lonely-api.ts";
import { createHttpMetrics } from "./http-metrics.ts";

test("a method nobody knows makes no label of its own", async () => {
  const registry = new Registry();
  const metrics = createHttpMetrics(registry);
  const request = { route: "unmatched", status: 404, seconds: 0.1, code: undefined };
  metrics.served({ ...request, method: "BREW" });
  metrics.served({ ...request, method: "WHEN" });
  expect(await registry.metrics()).toContain(
    'closebell_http_requests_total{method="OTHER",route="unmatched",status="404"} 2',
  );
});

test("whoever is turned away because there is too much to do is counted, and nobody before that", async () => {
  await using lonely = lonelyApi({ settings: { requestsAtOnce: 0 } });
  const busy = 'closebell_load_refused_total{reason="busy"}';
  expect(await lonely.registry.metrics()).toContain(`${busy} 0`);
  expect((await lonely.ask("GET", "/withdrawals/x")).at("code")).toBe("OVERLOADED");
  expect(await lonely.registry.metrics()).toContain(`${busy} 1`);
});

test("what is remembered is read once for all who ask, a failure not at all", async () => {
  let reads = 0;
  const read = remembered(async () => {
    reads += 1;
    await Bun.sleep(1);
    return reads;
  }, 60_000);
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
  expect(await read()).toBe(1);
  const failing = remembered(async () => {
    reads += 1;
    await Bun.sleep(0);
    throw new Error("down");
  }, 60_000);
  for (const n of [2, 3]) {
    expect(await failing().catch(() => "failed")).toBe("failed");
    expect(reads).toBe(n);
  }
});

test("what is remembered is read again when it is old", async () => {
  let reads = 0;
  const read = remembered(() => Promise.resolve((reads += 1)), 0);
  expect([await read(), await read()]).toEqual([1, 2]);
});
