import type { By } from "@closebell/context";
import type { Chain, CustodyPolicy } from "@closebell/custody";
import { PATIENCE_MS } from "@closebell/database";
import type { Screening } from "@closebell/protection";
import type { BetIntake, Oracle } from "@closebell/rounds";
import type { IdentityDeps } from "@closebell/identity";
import type { HttpConfig } from "@closebell/runtime";
import type { Registry } from "prom-client";
import type { Principals, VerifyCredential } from "./doors/principals.ts";

/** What a probe found: undefined where all is well, otherwise what is wrong, in a line. */
export type Finding = string | undefined;

/** One thing the service depends on, as GET /health/components names it. */
export interface Probe {
  readonly name: string;
  readonly simulated?: boolean;
  /** Rejecting is a finding too. It is given 2 s. */
  check(): Promise<Finding>;
}

/** How a simulated source can behave on one date. */
export const SIMULATED_MODES = [
  "right",
  "late",
  "wrong-date",
  "negative",
  "silent",
  "unavailable",
  "malformed",
] as const;

/** What a simulated source is told to do when asked for one date. */
export interface SimulatedCloseRequest {
  readonly by: By;
  readonly source?: "simulated" | "simulated-b";
  readonly symbol: string;
  readonly date: Temporal.PlainDate;
  readonly mode: (typeof SIMULATED_MODES)[number];
  /** Exact decimal; left out, the source's own price for that date. */
  readonly price?: string;
  /** Only, and always, with mode late. */
  readonly availableFrom?: Temporal.Instant;
}

/** What a simulated oracle lets an integrator do. */
export interface Simulation {
  /** @throws DomainError PRICE_INVALID, VALIDATION_FAILED */
  setClose(request: SimulatedCloseRequest): Promise<unknown>;
}

export interface ApiSettings {
  /** The share of fast, successful requests that is logged, 0 to 1. */
  readonly accessLogSample: number;
  /** From this many milliseconds on a request is slow and always logged. */
  readonly slowRequestMs: number;
  /** Bets waiting in this process from which on it wants no more traffic. */
  readonly intakeFullAt: number;
  /** How long the figures behind /metrics that need the database are kept. */
  readonly metricsMaxAgeMs: number;
  /** How long a request waits for an identical one, with the same key, that is not finished. */
  readonly patienceMs: number;
  /** Requests that each take a connection to the database, at once; past that, 503. */
  readonly requestsAtOnce: number;
  /** A request without an answer by then gets 503. */
  readonly answerWithinMs: number;
  /** Where requests wait and none was answered for so long, new ones get 503 at once. */
  readonly stalledAfterMs: number;
  /** Requests a minute; undefined: as many as anybody likes. */
  readonly rateLimits: HttpConfig["rateLimits"] | undefined;
  /** Event streams that one network may have open at this process. */
  readonly streamsPerNetwork: number;
  /** Requests of one network that may wait for their bodies at once. */
  readonly bodiesPerNetwork: number;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Sites whose pages may read the answers. */
  readonly corsOrigins: readonly string[];
  /** Who may read the figures of GET /metrics. */
  readonly metrics: "open" | "elsewhere" | { readonly token: string };
}

export const DEFAULT_SETTINGS: ApiSettings = {
  accessLogSample: 0.01,
  slowRequestMs: 1_000,
  intakeFullAt: 10_000,
  metricsMaxAgeMs: 5_000,
  patienceMs: PATIENCE_MS,
  requestsAtOnce: 500,
  answerWithinMs: 10_000,
  stalledAfterMs: 2_000,
  rateLimits: undefined,
  streamsPerNetwork: 200,
  bodiesPerNetwork: 100,
  trustedProxies: [],
  corsOrigins: [],
  metrics: "open",
};

/** Everything the API is built from. */
export interface ApiDeps extends IdentityDeps {
  readonly intake: BetIntake;
  /** By name, as a market lists its sources. */
  readonly oracles: Readonly<Record<string, Oracle>>;
  /** In the order they are offered; the first is the default. */
  readonly chains: readonly Chain[];
  /** What an operator allows on them. */
  readonly policy: CustodyPolicy;
  /** Asked about a player before he gets a deposit address; undefined: nobody is asked. */
  readonly screening?: Screening;
  readonly registry: Registry;
  /** Queue, scheduler and whatever else only the runtime knows. Database, events, oracles and chains are probed anyway. */
  readonly probes?: readonly Probe[];
  /** Proves access tokens and API keys; default: by what identity has in the database. */
  readonly verifyCredential?: VerifyCredential;
  /** Whom an Authorization header proves; default: by `verifyCredential`, and remembered. */
  readonly principals?: Principals;
  /** Whether the database's clock is moved by hand; false: there is no route that moves it. */
  readonly sandbox?: boolean;
  /** Only with a simulated oracle. */
  readonly simulation?: Simulation;
  readonly settings?: Partial<ApiSettings>;
  /** A number from 0 up to 1; default Math.random. */
  readonly chance?: () => number;
}
