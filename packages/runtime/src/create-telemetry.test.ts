import { expect, test } from "bun:test";
import { createTelemetry } from "./create-telemetry.ts";

test("price sources and jobs are counted by name and reason", async () => {
  const { registry, observeOracle, jobFailed } = createTelemetry();
  observeOracle({ source: "file", seconds: 0.2, failure: undefined });
  observeOracle({ source: "file", seconds: 3, failure: "timeout" });
  jobFailed("rounds");
  const text = await registry.metrics();
  expect(text).toContain('closebell_oracle_request_seconds_count{source="file"} 2');
  expect(text).toContain('closebell_oracle_request_seconds_sum{source="file"} 3.2');
  expect(text).toContain('closebell_oracle_failures_total{source="file",reason="timeout"} 1');
  expect(text).toContain('closebell_job_failures_total{job="rounds"} 1');
});
