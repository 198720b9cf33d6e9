import type { DomainError } from "@closebell/context";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Caller } from "./middleware/caller.ts";
import type { Trace } from "./middleware/trace.ts";

/** What every request carries once the common middleware has run. */
export interface ApiEnv {
  Variables: {
    requestId: string;
    trace: Trace;
    caller: Caller;
    /** Set when the request was refused; read by the access log and the metrics. */
    refusal: DomainError | undefined;
  };
}

export type ApiApp = OpenAPIHono<ApiEnv>;
