import { Gauge, Histogram, type Registry } from "prom-client";

export interface SchedulerMetrics {
  ticked(): void;
  /** The pass of that name has begun to be rung for; `done` says when it got through. */
  watch(pass: string): { readonly done: () => void };
  /** A round that ended in `state`. */
  settled(seconds: number, state: string): void;
  checked(check: string, ok: boolean): void;
}

export const createSchedulerMetrics = (registry: Registry): SchedulerMetrics => {
  const tick = new Gauge({
    name: "closebell_scheduler_last_tick_timestamp_seconds",
    help: "When this scheduler last looked for what is due",
    registers: [registry],
  });
  const passes = new Gauge({
    name: "closebell_pass_success_timestamp_seconds",
    help: "When a pass of this scheduler last got through; before the first time, when it was first rung for",
    labelNames: ["pass"],
    registers: [registry],
  });
  const settlement = new Histogram({
    name: "closebell_settlement_seconds",
    help: "From the moment a round may settle until its last payout, by the service's clock",
    labelNames: ["state"],
    buckets: [1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200],
    registers: [registry],
  });
  for (const state of ["SETTLED", "VOID"]) settlement.zero({ state });
  const checks = new Gauge({
    name: "closebell_ledger_check_failures",
    help: "1 for a check of the books that failed in the last audit, else 0",
    labelNames: ["check"],
    registers: [registry],
  });
  return {
    ticked: () => tick.setToCurrentTime(),
    watch(pass) {
      const done = () => passes.setToCurrentTime({ pass });
      done();
      return { done };
    },
    settled: (seconds, state) => settlement.observe({ state }, seconds),
    checked: (check, ok) => checks.set({ check }, ok ? 0 : 1),
  };
};
