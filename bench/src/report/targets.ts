import type { Target } from "./judge.ts";

/** The parts that can be chosen. */
export const PARTS = ["bets", "settle", "reads", "http"] as const;
export type Part = (typeof PARTS)[number];

/** One line of the table, before it is measured. */
export interface Line extends Target {
  readonly part: Part;
  readonly name: string;
  readonly unit: "x" | "s" | "B" | "us" | "per s";
  /** What it is divided by or stands beside. */
  readonly reference: string | null;
}

const ratio = (
  part: Part,
  name: string,
  reference: string,
  better: Target["better"],
  [must, aim]: readonly [number | null, number | null],
): Line => ({ part, name, unit: "x", reference, better, must, aim });

const USERS = "bets/s through the verb, 1,000 concurrent users, one round";
const HTTP = "bets/s over HTTP, full middleware, 1,000 connections";

/** Everything that is measured, in the order of the table. */
export const LINES = {
  "verb/tpcb": ratio("bets", USERS, "pgbench TPC-B tps, best of 4-64 clients", "higher", [8, 16]),
  "verb/pgledger-8": ratio("bets", USERS, "pgledger, hot account, 8 clients", "higher", [50, 100]),
  "verb/pgledger-32": ratio(
    "bets",
    USERS,
    "pgledger, hot account, 32 clients",
    "higher",
    [90, 150],
  ),
  "http/per-request": ratio(
    "http",
    HTTP,
    "one transaction per request, the faster of the two builds",
    "higher",
    [7, 12],
  ),
  "http/guarded": ratio(
    "http",
    `${HTTP}, every user with a token and limits of their own`,
    "the same without authentication, users' limits and rate limiting",
    "higher",
    [0.85, 0.9],
  ),
  "http/unguarded": ratio(
    "http",
    `${HTTP}, every user with a token`,
    "the same without authentication and rate limiting",
    "higher",
    [null, null],
  ),
  "http/constant": ratio(
    "http",
    HTTP,
    "the same route answering a constant",
    "higher",
    [0.35, 0.5],
  ),
  "http/p99-256": ratio(
    "http",
    "p99 over HTTP, 256 connections",
    "the per-request build's p99 there",
    "lower",
    [0.12, 0.06],
  ),
  "http/p99-1000": ratio(
    "http",
    "p99 over HTTP, 1,000 connections",
    "the per-request build's p99 there",
    "lower",
    [0.12, 0.06],
  ),
  "lone/commit": ratio(
    "bets",
    "a lone user's p50",
    "single-row durable commit, p50",
    "lower",
    [3, 1.5],
  ),
  "one/spread": ratio(
    "bets",
    "bets/s into one hot round",
    "the same load spread over 1,000 rounds",
    "higher",
    [0.95, 1],
  ),
  "settle/minimal": ratio(
    "settle",
    "settling 1,000,000 bets",
    "minimal set-based SQL, one transaction",
    "lower",
    [1.5, 0.75],
  ),
  "settle/growth": ratio(
    "settle",
    "settling 10,000,000 bets",
    "settling 1,000,000 bets",
    "lower",
    [11, 10],
  ),
  "settle/others": ratio(
    "settle",
    "other users' bet p99 while 1,000,000 bets are settled",
    "without",
    "lower",
    [3, 1.5],
  ),
  "settle/memory": ratio(
    "settle",
    "peak memory of the process settling 10,000,000 bets",
    "settling 100,000",
    "lower",
    [1.3, 1.1],
  ),
  "grown/empty": ratio("bets", "bets/s at 5,000,000 rows", "from empty", "higher", [0.85, 0.95]),
  "balance/select": ratio(
    "reads",
    "balance reads/s through the verb, 256 concurrent",
    "pgbench -S, best of 4-64 clients",
    "higher",
    [0.6, 0.9],
  ),
  "audit/sum": ratio(
    "settle",
    "full audit of 10,000,000 transfers",
    "select sum() over the same rows",
    "lower",
    [4, 2],
  ),
  "lock/busy": {
    part: "bets",
    name: "round lock under 8 saturating connections, slowest",
    unit: "s",
    reference: "idle",
    better: "lower",
    must: null,
    aim: 1,
  },
  "http/per-request-256": ratio(
    "http",
    "bets/s over HTTP, full middleware, 256 connections",
    "one transaction per request, the faster of the two builds",
    "higher",
    [null, null],
  ),
  "http/eight": ratio("http", HTTP, "one transaction of 8 statements per request", "higher", [
    null,
    null,
  ]),
  "http/one-call": ratio("http", HTTP, "one function call per request", "higher", [null, null]),
  "constant/no-op": ratio(
    "http",
    "requests/s of the same route answering a constant",
    "a bare no-op",
    "higher",
    [null, null],
  ),
  "bet/bytes": {
    part: "bets",
    name: "stored per bet: its row, its transfer and their indexes",
    unit: "B",
    reference: null,
    better: "lower",
    must: null,
    aim: null,
  },
} as const satisfies Readonly<Record<string, Line>>;

export type LineId = keyof typeof LINES;
