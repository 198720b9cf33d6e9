import type { Logger } from "@closebell/context";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../api-env.ts";
import type { HttpMetrics } from "../metrics/http-metrics.ts";
import { createRouteOf } from "./route-of.ts";

export interface AccessLogOptions {
  /** The share of fast, successful requests that is logged, 0 to 1. */
  readonly sample: number;
  /** From this many milliseconds on a request is slow and always logged. */
  readonly slowMs: number;
  /** A number from 0 up to 1, injected so that a test can hold it. */
  readonly chance: () => number;
}

const logRequest = (
  log: Logger,
  c: Context<ApiEnv>,
  { route, seconds }: { readonly route: string; readonly seconds: number },
  options: AccessLogOptions,
) => {
  const { status } = c.res;
  const slow = seconds * 1000 >= options.slowMs;
  if (status < 400 && !slow && options.chance() >= options.sample) return;
  const { refusal } = c.var;
  const fields = {
    requestId: c.var.requestId,
    traceId: c.var.trace.traceId,
    spanId: c.var.trace.spanId,
    method: c.req.method,
    path: c.req.path,
    route,
    status,
    durationMs: Math.round(seconds * 10_000) / 10,
    ...(refusal !== undefined && { code: refusal.code }),
    ...(status >= 500 && { err: refusal?.cause ?? refusal }),
  };
  if (status >= 500) log.error(fields, "request failed");
  else if (slow) log.warn(fields, "request was slow");
  else log.info(fields, status >= 400 ? "request refused" : "request served");
};

/** Times the request, counts it and writes its line. A stream counts as served when it starts. */
export const observe = (log: Logger, metrics: HttpMetrics, options: AccessLogOptions) => {
  const routeOf = createRouteOf();
  return createMiddleware<ApiEnv>(async (c, next) => {
    const startedAt = performance.now();
    await next();
    // c.get, not c.var: that one copies all variables at each look
    const seconds = (performance.now() - startedAt) / 1000;
    const route = routeOf(c);
    metrics.served({
      method: c.req.method,
      route,
      status: c.res.status,
      seconds,
      code: c.get("refusal")?.code,
    });
    logRequest(log, c, { route, seconds }, options);
  });
};
