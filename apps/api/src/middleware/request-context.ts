import { type Ids, isUuid } from "@closebell/context";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../api-env.ts";
import { resolveCaller } from "./caller.ts";
import { continueTrace, traceparentOf } from "./trace.ts";

/**
 * Gives the request its id (the caller's X-Request-Id if that is a UUID, a new one otherwise), its place in the caller's
 * trace and its caller; the answer names the first two.
 */
export const requestContext = (ids: Ids) =>
  createMiddleware<ApiEnv>((c, next) => {
    const given = c.req.header("X-Request-Id");
    const requestId = given !== undefined && isUuid(given) ? given.toLowerCase() : ids.uuid();
    const trace = continueTrace(c.req.header("traceparent"));
    c.set("requestId", requestId);
    c.set("trace", trace);
    c.set("caller", resolveCaller(requestId));
    // before the answer is made: to change its headers afterwards costs three times as much
    c.header("X-Request-Id", requestId);
    c.header("traceparent", traceparentOf(trace));
    // What a route says nothing about is somebody's own, or of this moment.
    c.header("Cache-Control", "no-store");
    return next();
  });
