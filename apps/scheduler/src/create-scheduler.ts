import type { Job, JobQueue, Schedule } from "@closebell/adapters/queue";
import type { CustodyDeps } from "@closebell/custody";
import { beat } from "@closebell/database";
import type { OracleDeps } from "@closebell/rounds";
import { SCHEDULER_HEARTBEAT, stopWithin } from "@closebell/runtime";
import type { Registry } from "prom-client";
import { auditPass, type AuditDeps } from "./audit-pass.ts";
import type { Bell } from "./bell.ts";
import { createChainMetrics } from "./chain-metrics.ts";
import { chainPass } from "./chain-pass.ts";
import { clockPass } from "./clock-pass.ts";
import { createMailMetrics } from "./mail-metrics.ts";
import { mailPass, type MailPassDeps } from "./mail-pass.ts";
import { createPassBell } from "./pass.ts";
import { recheckPass } from "./recheck-pass.ts";
import { createRecordMetrics } from "./record-metrics.ts";
import { recordPass, type RecordPassDeps } from "./record-pass.ts";
import { reservesPass } from "./reserves-pass.ts";
import { roundsPass } from "./rounds-pass.ts";
import { sealPass } from "./seal-pass.ts";
import { tidyPass } from "./tidy-pass.ts";
import { createSchedulerMetrics, type SchedulerMetrics } from "./scheduler-metrics.ts";
import { checkSchedules, SCHEDULES } from "./schedules.ts";

export interface SchedulerDeps
  extends OracleDeps, CustodyDeps, AuditDeps, MailPassDeps, RecordPassDeps {
  readonly queue: JobQueue;
  readonly registry: Registry;
  readonly telemetry: { jobFailed(job: string): void };
}

export interface SchedulerOptions {
  /** How often the timer rings; 0 for no timer. Default 1 s. */
  readonly tickMs?: number;
  /** Default SCHEDULES; none for no jobs. */
  readonly schedules?: readonly Schedule[];
  /** How often lost schedules are put back; default a minute. */
  readonly healEveryMs?: number;
  /** Whether it rings at once when a sandbox's clock was moved; default true. */
  readonly followsClock?: boolean;
}

export interface Scheduler {
  start(): void;
  /** Rings no more and waits up to 3 s for what is under way; the queue is closed with it. May be called again. */
  stop(): Promise<void>;
  /** When it last looked for what is due, in the host's time. */
  lastTick(): Temporal.Instant | undefined;
}

const AUDIT_EVERY_MS = 3_600_000;
/** Reads every row of the record there is. */
const RECORD_EVERY_MS = 86_400_000;
const RESERVES_EVERY_MS = 300_000;
const RECHECK_EVERY_MS = 60_000;
const TIDY_EVERY_MS = 600_000;
const CLOCK_EVERY_MS = 60_000;
const BEAT_EVERY_MS = 5_000;
/** A pass may settle a large round for minutes; past this it counts as stuck. */
const LONGEST_PASS_MS = 600_000;
const STOP_MS = 3_000;

type Bells = Readonly<
  Record<
    | "rounds"
    | "chain"
    | "audit"
    | "reserves"
    | "recheck"
    | "tidy"
    | "clock"
    | "mail"
    | "seal"
    | "record",
    Bell
  >
>;

/** Which bell a job rings. */
const bellOf = (bells: Bells, job: string): Bell =>
  Object.entries(bells).find(([name]) => name === job)?.[1] ?? bells.rounds;

/** Says that this scheduler lives: to its own metrics at each tick, to the database every few seconds. */
const createPulse = (deps: SchedulerDeps, metrics: SchedulerMetrics) => {
  let last: Temporal.Instant | undefined;
  let beatAt = Number.NEGATIVE_INFINITY;
  return {
    last: () => last,
    mark() {
      last = Temporal.Now.instant();
      metrics.ticked();
      if (performance.now() - beatAt < BEAT_EVERY_MS) return;
      beatAt = performance.now();
      beat(deps.database, SCHEDULER_HEARTBEAT).catch((err: unknown) => {
        deps.log.debug({ err }, "no heartbeat");
      });
    },
  };
};

const isStuck = (since: number): boolean => performance.now() - since > LONGEST_PASS_MS;

// what failed was logged by the pass, and the next ring tries again
const quietly = (bell: Bell): void => void bell.ring().catch(() => undefined);

const startTimer = (bells: Bells, tickMs: number, alive: () => void): (() => void) => {
  const rare = [
    { bell: bells.audit, everyMs: AUDIT_EVERY_MS, rungAt: performance.now() },
    { bell: bells.reserves, everyMs: RESERVES_EVERY_MS, rungAt: performance.now() },
    { bell: bells.recheck, everyMs: RECHECK_EVERY_MS, rungAt: performance.now() },
    { bell: bells.record, everyMs: RECORD_EVERY_MS, rungAt: performance.now() },
    { bell: bells.tidy, everyMs: TIDY_EVERY_MS, rungAt: performance.now() },
    { bell: bells.clock, everyMs: CLOCK_EVERY_MS, rungAt: performance.now() },
  ];
  const tick = () => {
    for (const bell of [bells.rounds, bells.chain, bells.mail, bells.seal]) {
      if (bell.runningSince() === undefined) quietly(bell);
    }
    const since = bells.rounds.runningSince();
    if (since !== undefined && performance.now() - since > tickMs && !isStuck(since)) alive();
    for (const one of rare) {
      if (performance.now() - one.rungAt < one.everyMs) continue;
      one.rungAt = performance.now();
      quietly(one.bell);
    }
  };
  for (const bell of Object.values(bells)) quietly(bell);
  const timer = setInterval(tick, tickMs);
  return () => clearInterval(timer);
};

/** Takes jobs, and keeps their schedules in place, whatever the queue's server forgets. */
const startJobs = (
  deps: SchedulerDeps,
  bells: Bells,
  schedules: readonly Schedule[],
  healEveryMs: number,
): (() => void) => {
  const names = new Set(schedules.map(({ name }) => name));
  let failing = false;
  const heal = async () => {
    try {
      for (const schedule of schedules) await deps.queue.upsertSchedule(schedule);
      failing = false;
    } catch (err) {
      if (!failing) deps.log.warn({ err }, "schedules can't be put in place; the timer goes on");
      failing = true;
    }
  };
  deps.queue.work(async (job: Job) => {
    // of a version that had other schedules
    if (!names.has(job.name)) return await deps.queue.removeSchedule(job.name);
    await bellOf(bells, job.name).ring();
  });
  void heal();
  const timer = setInterval(() => void heal(), healEveryMs);
  return () => clearInterval(timer);
};

const createBells = (deps: SchedulerDeps, metrics: SchedulerMetrics, ticked: () => void): Bells => {
  const { ids, log } = deps;
  const passDeps = { ids, log, failed: deps.telemetry.jobFailed, watch: metrics.watch };
  const chains = createChainMetrics(deps.registry);
  const record = createRecordMetrics(deps.registry);
  return {
    rounds: createPassBell(passDeps, roundsPass(deps, metrics, ticked)),
    chain: createPassBell(passDeps, chainPass(deps, chains)),
    audit: createPassBell(passDeps, auditPass(deps, metrics)),
    reserves: createPassBell(passDeps, reservesPass(deps, chains)),
    recheck: createPassBell(passDeps, recheckPass(deps)),
    tidy: createPassBell(passDeps, tidyPass(deps)),
    clock: createPassBell(passDeps, clockPass(deps)),
    mail: createPassBell(passDeps, mailPass(deps, createMailMetrics(deps.registry))),
    seal: createPassBell(passDeps, sealPass(deps, record)),
    record: createPassBell(passDeps, recordPass(deps, record)),
  };
};

const followClock = (deps: SchedulerDeps, bells: Bells): (() => void) =>
  deps.events.subscribe((event) => {
    if (event.type !== "clock.moved") return;
    for (const bell of [bells.rounds, bells.chain, bells.recheck]) quietly(bell);
  });

/**
 * Rings for what is due: by a timer and by jobs, each of which would do alone, and when a sandbox's clock is moved. Any
 * number of schedulers may run side by side.
 * @throws Error where a schedule is wrong
 */
export const createScheduler = (deps: SchedulerDeps, options: SchedulerOptions = {}): Scheduler => {
  const { tickMs = 1_000, schedules = SCHEDULES, healEveryMs = 60_000 } = options;
  checkSchedules(schedules);
  const metrics = createSchedulerMetrics(deps.registry);
  const pulse = createPulse(deps, metrics);
  const bells = createBells(deps, metrics, pulse.mark);
  const ends: (() => unknown)[] = [];
  let stopped: Promise<void> | undefined;

  const stop = async () => {
    for (const end of ends) end();
    await Promise.all([
      stopWithin(deps.log, "passes", STOP_MS, () =>
        Promise.all(Object.values(bells).map((bell) => bell.finish())),
      ),
      stopWithin(deps.log, "queue", STOP_MS, () => deps.queue.close()),
    ]);
  };

  return {
    start() {
      if (schedules.length > 0) ends.push(startJobs(deps, bells, schedules, healEveryMs));
      if (tickMs > 0) ends.push(startTimer(bells, tickMs, pulse.mark));
      if (options.followsClock !== false) ends.push(followClock(deps, bells));
    },
    stop: () => (stopped ??= stop()),
    lastTick: pulse.last,
  };
};
