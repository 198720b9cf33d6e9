import type { OpenAPIHono } from "@hono/zod-openapi";
import type { RequestContext } from "./request/request-context.ts";

/** What every route finds in its context's `env`. */
export interface ApiEnv {
  Bindings: RequestContext;
}

export type ApiApp = OpenAPIHono<ApiEnv>;
