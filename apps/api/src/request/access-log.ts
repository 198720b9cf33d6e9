import type { Logger } from "@closebell/context";
import type { ServedRequest } from "../metrics/http-metrics.ts";
import type { RequestContext } from "./request-context.ts";

export interface AccessLogOptions {
  /** The share of fast, successful requests that is logged, 0 to 1. */
  readonly sample: number;
  /** From this many milliseconds on a request is slow and always logged. */
  readonly slowMs: number;
  /** A number from 0 up to 1, injected so that a test can hold it. */
  readonly chance: () => number;
}

/** Writes a request's line, if it is to have one. */
export type AccessLog = (served: ServedRequest & { path: string }, context: RequestContext) => void;

/** Whom to shut out, or to write to. */
const whoIs = ({ address, caller }: RequestContext) => ({
  address: address(),
  ...(caller.principal !== undefined && { userId: caller.principal.actor.id }),
});

/** Logs refusals, failures and slow requests, and some of the others. */
export const createAccessLog =
  (log: Logger, options: AccessLogOptions): AccessLog =>
  ({ method, path, route, status, seconds }, context) => {
    const { requestId, trace, refusal } = context;
    const slow = seconds * 1000 >= options.slowMs;
    if (status < 400 && !slow && options.chance() >= options.sample) return;
    const fields = {
      requestId,
      traceId: trace.traceId,
      spanId: trace.spanId,
      method,
      path,
      route,
      status,
      durationMs: Math.round(seconds * 10_000) / 10,
      ...(refusal !== undefined && { code: refusal.code }),
      ...(refusal?.code === "RATE_LIMITED" && whoIs(context)),
      ...(status >= 500 && { err: refusal?.cause ?? refusal }),
    };
    if (status >= 500) log.error(fields, "request failed");
    else if (slow) log.warn(fields, "request was slow");
    else log.info(fields, status >= 400 ? "request refused" : "request served");
  };
