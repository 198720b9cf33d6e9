import { getPath } from "hono/utils/url";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { createHttpMetrics } from "../metrics/http-metrics.ts";
import { createAccessLog } from "./access-log.ts";
import { limitBody } from "./limit-body.ts";
import { requestContext, type RequestContext } from "./request-context.ts";
import { createRouteOf } from "./route-of.ts";

const nameAnswer = ({ headers }: Response, context: RequestContext): void => {
  // a route that named them when it made its answer: to do it afterwards costs three times as much
  if (headers.has("X-Request-Id")) return;
  for (const [name, value] of Object.entries(context.headers)) {
    if (!headers.has(name)) headers.set(name, value);
  }
};

/**
 * Answers a request: gives it its context, limits its body, has `app` answer it, times it, counts it and writes its line. A
 * stream counts as served when it starts. Around the routes and not among them: as the framework's middleware the same costs
 * a bet's request a fifth more.
 */
export const createAnswer = (app: ApiApp, { deps, settings }: ApiParts) => {
  const answer = limitBody(app);
  const routeOf = createRouteOf(app);
  const metrics = createHttpMetrics(deps.registry);
  const log = createAccessLog(deps.log, {
    sample: settings.accessLogSample,
    slowMs: settings.slowRequestMs,
    chance: deps.chance ?? Math.random,
  });
  return async (request: Request): Promise<Response> => {
    const startedAt = performance.now();
    const context = requestContext(request.headers, deps.ids);
    const response = await answer(request, context);
    nameAnswer(response, context);
    const { method } = request;
    const path = getPath(request);
    const served = {
      method,
      path,
      route: routeOf(method, path),
      status: response.status,
      seconds: (performance.now() - startedAt) / 1000,
      code: context.refusal?.code,
    };
    metrics.served(served);
    log(served, context);
    return response;
  };
};
