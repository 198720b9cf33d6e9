import { getPath } from "hono/utils/url";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import type { Doors } from "../doors/doors-of.ts";
import type { Guard } from "../doors/guard.ts";
import type { RateKeeper } from "../limits/limit-rate.ts";
import type { Load, Slot } from "../load/load.ts";
import { createHttpMetrics } from "../metrics/http-metrics.ts";
import { refusalOf } from "../on-error.ts";
import { problemAnswer } from "../problem.ts";
import { createAccessLog } from "./access-log.ts";
import { answerHead } from "./answer-head.ts";
import { createClientAddresses } from "./client-address.ts";
import type { createReceiveBody } from "./receive-body.ts";
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
  slot: Slot,
) => Response | Promise<Response>;

/** What stands before every route. */
export interface Porch {
  readonly doors: Doors;
  readonly guard: Guard;
  readonly load: Load;
  /** Undefined: anybody may ask as often as they like. */
  readonly rates: RateKeeper | undefined;
  readonly receiveBody: ReturnType<typeof createReceiveBody>;
}

/** A body that is not there yet is waited for without a slot: whoever never ends theirs takes none from anybody. */
const withBody =
  (app: ApiApp, { receiveBody }: Porch): Answer =>
  (request, { kind }, context, slot) => {
    if (request.method === "HEAD") return answerHead(app, request, context);
    const receive = receiveBody(request, context, kind);
    return receive === undefined
      ? app.fetch(request, context)
      : slot.releaseWhile(receive()).then((whole) => app.fetch(whole, context));
  };

/**
 * Counts a request, whoever makes it and whether or not the door opens, and lets it through its door. Nothing is looked up for
 * whoever asks too often.
 */
const throughDoor = (answer: Answer, { guard, rates }: Porch): Answer => {
  const open: Answer = (request, matched, context, slot) => {
    const prove = guard(matched, request.headers, context);
    return prove === undefined
      ? answer(request, matched, context, slot)
      : prove().then(() => answer(request, matched, context, slot));
  };
  if (rates === undefined) return open;
  const look = (request: Request, matched: MatchedRoute, context: RequestContext) => {
    try {
      return { prove: guard(matched, request.headers, context), refusal: undefined };
    } catch (error) {
      return { prove: undefined, refusal: error };
    }
  };
  return (request, matched, context, slot) => {
    const { rate } = matched;
    if (rate.group === undefined) return open(request, matched, context, slot);
    const { prove, refusal } = look(request, matched, context);
    const enter = (): Response | Promise<Response> => {
      if (refusal !== undefined) throw refusal;
      if (prove === undefined) return answer(request, matched, context, slot);
      return prove()
        .then(() => rates.countCaller(rate, context))
        .then(() => answer(request, matched, context, slot));
    };
    const counting = rates.count(rate, context);
    return counting === undefined ? enter() : counting.then(enter);
  };
};

/**
 * Answers a request: gives it its context, takes it on or refuses it, counts it, lets it through its route's door, waits for its
 * body, has `app` answer it, times it and writes its line. A stream counts as served when it starts. Around the routes and not among
 * them: as the framework's middleware the same costs a bet's request a fifth more.
 */
export const createAnswer = (app: ApiApp, { deps, settings }: ApiParts, porch: Porch) => {
  const answer = throughDoor(withBody(app, porch), porch);
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
      response = await porch.load.carry(matched.kind, (slot) =>
        answer(request, matched, context, slot),
      );
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
