import { getPath } from "hono/utils/url";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import type { Doors } from "../doors/doors-of.ts";
import type { Guard } from "../doors/guard.ts";
import type { RateKeeper } from "../limits/limit-rate.ts";
import type { Load } from "../load/load.ts";
import { createHttpMetrics } from "../metrics/http-metrics.ts";
import { refusalOf } from "../on-error.ts";
import { problemAnswer } from "../problem.ts";
import { createAccessLog } from "./access-log.ts";
import { createClientAddresses } from "./client-address.ts";
import { limitBody } from "./limit-body.ts";
import { requestContext, type RequestContext } from "./request-context.ts";
import { createRouteOf, type MatchedRoute } from "./route-of.ts";

const nameAnswer = ({ headers }: Response, context: RequestContext): void => {
  // a route that named them when it made its answer: to do it afterwards costs three times as much
  if (headers.has("X-Request-Id")) return;
  for (const [name, value] of Object.entries(context.headers)) {
    if (!headers.has(name)) headers.set(name, value);
  }
};

const refuse = (error: unknown, context: RequestContext): Response => {
  const refusal = refusalOf(error);
  context.refusal = refusal;
  return problemAnswer(refusal, context);
};

type Answer = (
  request: Request,
  matched: MatchedRoute,
  context: RequestContext,
) => Response | Promise<Response>;

/** What stands before every route. */
export interface Porch {
  readonly doors: Doors;
  readonly guard: Guard;
  readonly load: Load;
  /** Undefined: anybody may ask as often as they like. */
  readonly rates: RateKeeper | undefined;
}

/**
 * Counts a request, whoever makes it and whether or not the door opens, and lets it through its door. Nothing is looked up for
 * whoever asks too often.
 */
const throughDoor = (limited: ReturnType<typeof limitBody>, { guard, rates }: Porch): Answer => {
  const open: Answer = (request, matched, context) => {
    const prove = guard(matched, request.headers, context);
    return prove === undefined
      ? limited(request, context)
      : prove().then(() => limited(request, context));
  };
  if (rates === undefined) return open;
  const look = (...[request, matched, context]: Parameters<Answer>) => {
    try {
      return { prove: guard(matched, request.headers, context), refusal: undefined };
    } catch (error) {
      return { prove: undefined, refusal: error };
    }
  };
  return (request, matched, context) => {
    const { rate } = matched;
    if (rate.group === undefined) return open(request, matched, context);
    const { prove, refusal } = look(request, matched, context);
    const enter = (): Response | Promise<Response> => {
      if (refusal !== undefined) throw refusal;
      if (prove === undefined) return limited(request, context);
      return prove()
        .then(() => rates.countCaller(rate, context))
        .then(() => limited(request, context));
    };
    const counting = rates.count(rate, context);
    return counting === undefined ? enter() : counting.then(enter);
  };
};

/**
 * Answers a request: gives it its context, takes it on or refuses it, counts it, lets it through its route's door, limits its body,
 * has `app` answer it, times it and writes its line. A stream counts as served when it starts. Around the routes and not among
 * them: as the framework's middleware the same costs a bet's request a fifth more.
 */
export const createAnswer = (app: ApiApp, { deps, settings }: ApiParts, porch: Porch) => {
  const answer = throughDoor(limitBody(app), porch);
  const addresses = createClientAddresses(settings.trustedProxies);
  const routeOf = createRouteOf(app, porch.doors);
  const metrics = createHttpMetrics(deps.registry);
  const log = createAccessLog(deps.log, {
    sample: settings.accessLogSample,
    slowMs: settings.slowRequestMs,
    chance: deps.chance ?? Math.random,
  });
  return async (request: Request, peer?: () => string | undefined): Promise<Response> => {
    const startedAt = performance.now();
    const { headers, method } = request;
    const context = requestContext(headers, deps.ids, () => addresses.of(peer?.(), headers));
    const path = getPath(request);
    const matched = routeOf(method, path);
    let response: Response;
    try {
      response = await porch.load.carry(matched.kind, () => answer(request, matched, context));
    } catch (error) {
      response = refuse(error, context);
    }
    nameAnswer(response, context);
    const served = {
      method,
      path,
      route: matched.name,
      status: response.status,
      seconds: (performance.now() - startedAt) / 1000,
      code: context.refusal?.code,
    };
    metrics.served(served);
    log(served, context);
    return response;
  };
};
