import type { RateLimiter } from "@closebell/context";
import { canCount, RATE_GROUPS, type RateGroup } from "@closebell/runtime";
import { Counter, Gauge, type Registry } from "prom-client";
import { type Held, HELD } from "../limits/limit-concurrency.ts";
import { LOAD_REFUSALS, type LoadRefusal } from "../load/load-gauge.ts";

/** What was done with a request that the store of rate limits did not count. */
const UNCOUNTED = ["refused", "alone"] as const;

/** Requests that were turned away before anything was done for them, and why. */
export interface GuardMetrics {
  /** A limit of that name was used up. */
  limited(limit: RateGroup | Held): void;
  /** The store of rate limits did not answer: refused, or counted by this process alone. */
  uncounted(outcome: (typeof UNCOUNTED)[number]): void;
  /** There was too much to do. */
  overloaded(reason: LoadRefusal): void;
}

/** A counter that is there from the start: one that begins when something happens hides the first time it does. */
const counterOf = <T extends string>(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  values: readonly T[],
): ((value: T) => void) => {
  const counter = new Counter({ name, help, labelNames: [label], registers: [registry] });
  for (const value of values) counter.inc({ [label]: value }, 0);
  return (value) => counter.inc({ [label]: value });
};

export const createGuardMetrics = (registry: Registry, limiter: RateLimiter): GuardMetrics => {
  const store = new Gauge({
    name: "closebell_rate_limit_store_up",
    help: "1 where the store of rate limits counts for all processes, as asked by this one, else 0",
    registers: [registry],
    async collect() {
      store.set((await canCount(limiter)) ? 1 : 0);
    },
  });
  return {
    limited: counterOf(
      registry,
      "closebell_rate_limited_total",
      "Requests refused with 429, by the limit that was used up",
      "limit",
      [...RATE_GROUPS, ...HELD],
    ),
    uncounted: counterOf(
      registry,
      "closebell_rate_limit_uncounted_total",
      "Requests that the store of rate limits did not count: refused, or counted by this process alone",
      "outcome",
      UNCOUNTED,
    ),
    overloaded: counterOf(
      registry,
      "closebell_load_refused_total",
      "Requests refused or given up with 503: busy, stalled (the database answers nobody), late, stopping",
      "reason",
      LOAD_REFUSALS,
    ),
  };
};
