import type { ErrorCode } from "@closebell/context";
import type { Registry } from "prom-client";
import { Counter, Histogram } from "prom-client";

export interface ServedRequest {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  readonly code: ErrorCode | undefined;
}

type Labels = Pick<ServedRequest, "method" | "route" | "status">;

export interface HttpMetrics {
  served(request: ServedRequest): void;
}

// From what a cached read takes up to the longest a client waits.
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Counts and times requests. Labels are routes, not paths, and known methods only: their number is bounded. */
export const createHttpMetrics = (registry: Registry): HttpMetrics => {
  // counted here and told when somebody scrapes: finding a counter by its labels costs more than all the rest of it
  const untold = new Map<string, { readonly labels: Labels; more: number }>();
  const count = (labels: Labels): void => {
    const key = `${labels.method} ${labels.status} ${labels.route}`;
    const known = untold.get(key);
    if (known === undefined) untold.set(key, { labels, more: 1 });
    else known.more += 1;
  };
  const requests = new Counter({
    name: "closebell_http_requests_total",
    help: "HTTP requests answered",
    labelNames: ["method", "route", "status"],
    registers: [registry],
    collect: () => {
      for (const { labels, more } of untold.values()) requests.inc({ ...labels }, more);
      untold.clear();
    },
  });
  const durations = new Histogram({
    name: "closebell_http_request_seconds",
    help: "Time from a request's headers to its answer's headers",
    labelNames: ["method", "route", "status"],
    buckets: BUCKETS,
    registers: [registry],
  });
  const errors = new Counter({
    name: "closebell_http_errors_total",
    help: "HTTP requests refused, by problem code",
    labelNames: ["route", "code"],
    registers: [registry],
  });
  return {
    served: ({ method, route, status, seconds, code }) => {
      const labels = { method: METHODS.has(method) ? method : "OTHER", route, status };
      count(labels);
      durations.observe(labels, seconds);
      if (code !== undefined) errors.inc({ route, code });
    },
  };
};
