import type { JobQueue } from "@closebell/adapters/queue";
import type { EventBus, RateLimiter } from "@closebell/context";
import { type Chain, ChainError, type ChainErrorKind } from "@closebell/custody";
import { clockOffset, type Database, readHeartbeats } from "@closebell/database";
import type { Oracle } from "@closebell/rounds";
import { clockFinding } from "./compare-clocks.ts";
import { canCount } from "./can-count.ts";

/** One thing the service depends on. `check` answers undefined where all is well, else what is wrong, in a line. */
export interface Probe {
  readonly name: string;
  readonly simulated?: boolean;
  check(): Promise<string | undefined>;
}

/** Name of the schedulers' heartbeat: one row for all of them, since one that ticks is enough. */
export const SCHEDULER_HEARTBEAT = "scheduler";

/** Heartbeats come every few seconds; past this nobody sends them. */
const SILENT_AFTER_SECONDS = 30;

const schedulerProbe = (database: Database): Probe => ({
  name: "scheduler",
  async check() {
    const beats = await readHeartbeats(database);
    const beat = beats.find(({ name }) => name === SCHEDULER_HEARTBEAT);
    if (beat === undefined) return "no scheduler has ever ticked";
    if (beat.ageSeconds <= SILENT_AFTER_SECONDS) return undefined;
    return `no scheduler has ticked for ${Math.round(beat.ageSeconds)} s`;
  },
});

const clockProbe = (database: Database): Probe => ({
  name: "clock",
  check: async () => clockFinding(await clockOffset(database)),
});

const limiterProbe = (limiter: RateLimiter): Probe => ({
  name: "rate-limits",
  check: async () =>
    (await canCount(limiter)) ? undefined : "how often callers ask can't be counted together",
});

const stateProbe = (name: string, well: () => boolean, problem: string): Probe => ({
  name,
  check: () => Promise.resolve(well() ? undefined : problem),
});

// Any date will do: whether the source has a close for it is not the question.
const ASKED = "2024-01-03";

const oracleProbe = (oracle: Oracle): Probe => ({
  name: `oracle:${oracle.name}`,
  simulated: oracle.simulated,
  async check() {
    try {
      await oracle.closeOf("", Temporal.PlainDate.from(ASKED), AbortSignal.timeout(1_500));
      return undefined;
    } catch (error) {
      const kind = error instanceof Error && "kind" in error ? String(error.kind) : "unavailable";
      return kind === "not-found" ? undefined : `the price source is ${kind}`;
    }
  },
});

/** What is wrong, in words that name no host. */
const CHAIN_FINDINGS: Readonly<Record<ChainErrorKind, string>> = {
  unavailable: "the chain's node does not answer",
  behind: "the chain's node is behind",
  inconsistent: "what the chain's nodes say does not agree",
  "wrong-chain": "the chain's node is on another chain",
};

/** A source that costs a request each time is not asked just to see whether it lives: it tells what it knows. */
const knownTrouble = (oracle: Oracle): Probe => ({
  name: `oracle:${oracle.name}`,
  simulated: oracle.simulated,
  check: () => Promise.resolve(oracle.trouble?.()),
});

const chainProbe = (chain: Chain): Probe => ({
  name: `chain:${chain.name}`,
  simulated: chain.simulated,
  async check() {
    try {
      await chain.head();
      return undefined;
    } catch (error) {
      return CHAIN_FINDINGS[error instanceof ChainError ? error.kind : "unavailable"];
    }
  },
});

export interface ProbeParts {
  readonly database: Database;
  readonly events: EventBus;
  readonly limiter: RateLimiter;
  readonly queue: JobQueue | undefined;
  readonly usesRedis: boolean;
  readonly oracles: Readonly<Record<string, Oracle>>;
  readonly chains: readonly Chain[];
}

/** What GET /health/components names besides the database and the events. */
export const createProbes = (parts: ProbeParts): readonly Probe[] => {
  const { database, events, limiter, queue, chains } = parts;
  const oracles = Object.values(parts.oracles);
  return [
    ...(parts.usesRedis
      ? [stateProbe("redis", () => events.healthy(), "Redis does not answer")]
      : []),
    ...(queue === undefined
      ? []
      : [stateProbe("queue", () => queue.healthy(), "the job queue does not answer")]),
    limiterProbe(limiter),
    clockProbe(database),
    schedulerProbe(database),
    ...oracles.filter(({ name }) => name === "file").map(oracleProbe),
    ...oracles.filter(({ trouble }) => trouble !== undefined).map(knownTrouble),
    ...chains.filter((chain) => !chain.simulated).map(chainProbe),
  ];
};
