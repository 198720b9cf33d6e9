import type { OracleObserver } from "@closebell/rounds";
import { Counter, Histogram, Registry } from "prom-client";

/** The metrics of a process, and those that more than one room has a part in. */
export interface Telemetry {
  readonly registry: Registry;
  readonly observeOracle: OracleObserver;
  /** A job that was given up, or a pass of a timer that began to fail. */
  jobFailed(job: string): void;
}

export const createTelemetry = (): Telemetry => {
  const registry = new Registry();
  const seconds = new Histogram({
    name: "closebell_oracle_request_seconds",
    help: "Time a price source took to answer for a round",
    labelNames: ["source"],
    buckets: [0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    registers: [registry],
  });
  const failures = new Counter({
    name: "closebell_oracle_failures_total",
    help: "Answers of a price source that were no valid price, by reason",
    labelNames: ["source", "reason"],
    registers: [registry],
  });
  const jobs = new Counter({
    name: "closebell_job_failures_total",
    help: "Jobs given up and passes that began to fail",
    labelNames: ["job"],
    registers: [registry],
  });
  return {
    registry,
    observeOracle(call) {
      seconds.observe({ source: call.source }, call.seconds);
      if (call.failure !== undefined) failures.inc({ source: call.source, reason: call.failure });
    },
    jobFailed: (job) => jobs.inc({ job }),
  };
};
