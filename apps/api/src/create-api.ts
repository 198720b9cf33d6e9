import { OpenAPIHono } from "@hono/zod-openapi";
import { type ApiDeps, DEFAULT_SETTINGS } from "./api-deps.ts";
import type { ApiApp, ApiEnv } from "./api-env.ts";
import type { ApiParts } from "./api-parts.ts";
import { docsRoutes, PAGES } from "./docs/routes.ts";
import { auditActing } from "./doors/audit-acting.ts";
import { doorsOf } from "./doors/doors-of.ts";
import { createGuard } from "./doors/guard.ts";
import { createPrincipals } from "./doors/principals.ts";
import { verifierOf } from "./doors/verify-credential.ts";
import { createLiveHub } from "./events/hub.ts";
import { FixedPathRouter } from "./fixed-path-router.ts";
import { askDatabase, createReadiness } from "./health/readiness.ts";
import { createConcurrencyLimit } from "./limits/limit-concurrency.ts";
import { createRateKeeper } from "./limits/limit-rate.ts";
import { createLoad } from "./load/load.ts";
import { registerBusinessMetrics } from "./metrics/business-metrics.ts";
import { createGuardMetrics, type GuardMetrics } from "./metrics/guard-metrics.ts";
import { metricsRoutes } from "./metrics/route.ts";
import { notFoundHandler } from "./not-found.ts";
import { onError } from "./on-error.ts";
import { invalidInput } from "./on-invalid.ts";
import { createPolledReads } from "./polled/polled-reads.ts";
import { simulatedFrom } from "./presenters/simulated.ts";
import { createAnswer } from "./request/answer-request.ts";
import { allowOrigins } from "./request/cors.ts";
import { createReceiveBody } from "./request/receive-body.ts";
import { authRoutes } from "./routes/auth/routes.ts";
import { betRoutes } from "./routes/bets.ts";
import { clockRoutes } from "./routes/clock.ts";
import { eventRoutes } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { marketRoutes } from "./routes/markets.ts";
import { payoutAddressRoutes } from "./routes/payout-addresses.ts";
import { problemRoutes } from "./routes/problems.ts";
import { protectionRoutes } from "./routes/protection.ts";
import { quoteRoutes } from "./routes/quotes.ts";
import { restrictUserRoutes } from "./routes/restrict-user.ts";
import { roundRoutes } from "./routes/rounds.ts";
import { simulateCloseRoutes } from "./routes/simulate-close.ts";
import { simulateDepositRoutes } from "./routes/simulate-deposit.ts";
import { tvlRoutes } from "./routes/tvl.ts";
import { userListRoutes } from "./routes/user-lists.ts";
import { userRoutes } from "./routes/users.ts";
import { walletRoutes } from "./routes/wallets.ts";
import { withdrawalRoutes } from "./routes/withdrawals.ts";

/** The HTTP API, without a server: give `fetch` to one. */
export interface Api {
  readonly app: ApiApp;
  /** `peer` tells the address at the other end of the connection. */
  fetch(request: Request, peer?: () => string | undefined): Response | Promise<Response>;
  /** Readiness off, event streams ended; requests are still answered. */
  drain(): void;
  /** Answers all that is still waited for with 503, since the process ends. */
  giveUp(): void;
  /** Drains. What `deps` holds is closed by whoever built it. */
  close(): void;
}

const partsOf = (deps: ApiDeps, limited: GuardMetrics["limited"]): ApiParts => {
  const settings = { ...DEFAULT_SETTINGS, ...deps.settings };
  const quota = settings.streamsPerNetwork;
  const streams = createConcurrencyLimit({ name: "streams", quota, limited });
  return {
    deps,
    settings,
    simulated: simulatedFrom(Object.values(deps.oracles), deps.chains),
    reads: createPolledReads(deps),
    hub: createLiveHub({ ...deps, streams }),
    readiness: createReadiness({
      askDatabase: () => askDatabase(deps.database),
      intake: deps.intake,
      intakeFullAt: settings.intakeFullAt,
    }),
  };
};

const createApp = (): ApiApp => {
  const app = new OpenAPIHono<ApiEnv>({
    router: new FixedPathRouter(),
    defaultHook: (result) => {
      if (result.success) return;
      // what was read comes along, though its type does not say so
      const input = "data" in result ? result.data : undefined;
      throw invalidInput(result.target, result.error, input);
    },
  });
  app.onError(onError);
  return app;
};

/** Builds the API on its dependencies. It opens nothing of its own but timers. */
export const createApi = (deps: ApiDeps): Api => {
  const guarded = createGuardMetrics(deps.registry, deps.limiter);
  const parts = partsOf(deps, guarded.limited);
  const app = createApp();
  const principals = deps.principals ?? createPrincipals(deps.verifyCredential ?? verifierOf(deps));
  const forget = deps.events.subscribe((event) => {
    if (event.type === "credential.revoked") principals.forget(event.id);
    else parts.reads.onEvent(event);
  });
  registerBusinessMetrics({ ...deps, maxAgeMs: parts.settings.metricsMaxAgeMs });
  userRoutes(app, parts);
  userListRoutes(app, parts);
  betRoutes(app, parts);
  roundRoutes(app, parts);
  quoteRoutes(app, parts);
  marketRoutes(app, parts);
  eventRoutes(app, parts);
  walletRoutes(app, parts);
  payoutAddressRoutes(app, parts);
  withdrawalRoutes(app, parts);
  protectionRoutes(app, parts);
  restrictUserRoutes(app, parts);
  tvlRoutes(app, parts);
  simulateDepositRoutes(app, parts);
  simulateCloseRoutes(app, parts);
  clockRoutes(app, parts);
  healthRoutes(app, parts);
  authRoutes(app, parts);
  metricsRoutes(app, deps.registry, parts.settings.metrics);
  problemRoutes(app);
  docsRoutes(app);
  app.notFound(notFoundHandler(app));
  const drain = () => {
    parts.readiness.drain();
    parts.hub.close();
  };
  const close = () => {
    drain();
    forget();
    load.close();
  };
  const doors = doorsOf(app, PAGES);
  const guard = createGuard(principals, auditActing(deps));
  const load = createLoad({ ...parts.settings, refused: guarded.overloaded });
  const { rateLimits, corsOrigins, bodiesPerNetwork: quota } = parts.settings;
  const rates =
    rateLimits === undefined ? undefined : createRateKeeper(deps.limiter, rateLimits, guarded);
  const { limited } = guarded;
  const receiveBody = createReceiveBody(createConcurrencyLimit({ name: "bodies", quota, limited }));
  const answer = createAnswer(app, parts, { doors, guard, load, rates, receiveBody });
  const fetch = allowOrigins(answer, corsOrigins);
  return { app, fetch, drain, giveUp: () => load.giveUp(), close };
};
