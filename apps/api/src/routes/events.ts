import { getMarket, getRound } from "@closebell/rounds";
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ApiApp, ApiEnv } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { END_ID } from "../events/frame.ts";
import { liveMarket, liveRound } from "../events/live-rounds.ts";
import { marketIn } from "../schemas/common.ts";
import { problems } from "../schemas/problem.ts";
import { roundParams } from "./rounds.ts";

const query = z.strictObject({ market: marketIn });
const headers = z.object({
  "last-event-id": z.string().optional().openapi({
    description: "Sent by a client that connects again. A snapshot comes first anyway.",
  }),
});

const stream = (description: string) => ({
  description,
  content: {
    "text/event-stream": { schema: z.string().openapi({ description: "Server-sent events" }) },
  },
});

const FEW_STREAMS = "A network may have only so many streams open; past that, RATE_LIMITED.";

const roundEventsRoute = defineRoute({
  method: "get",
  path: "/rounds/{code}/events",
  "x-permission": "public",
  operationId: "streamRound",
  summary: "A round as it happens",
  description:
    "Events: `snapshot` (the round, first), `pools` (totals, at most 4 a second), `state` (the round, at once), `settling` " +
    "(while it is paid: `bets` to pay and `paid` so far, at most 4 a second) and `end` (`reason` finished or draining). Their data is JSON. A slow client skips what is outdated. " +
    FEW_STREAMS,
  tags: ["Events"],
  request: { params: roundParams, query, headers },
  responses: {
    200: stream("The stream."),
    204: { description: "The round is finished and this client has seen its end" },
    ...problems("VALIDATION_FAILED", "MARKET_NOT_FOUND", "ROUND_NOT_FOUND", "OVERLOADED"),
  },
});

const marketEventsRoute = defineRoute({
  method: "get",
  path: "/events",
  "x-permission": "public",
  operationId: "streamMarket",
  summary: "A market's rounds as they happen",
  description:
    "Events: `snapshot` (what GET /rounds/current answers, first), `current` (the same whenever it changed) and `end`. " +
    FEW_STREAMS,
  tags: ["Events"],
  request: { query, headers },
  responses: {
    200: stream("The stream."),
    ...problems("VALIDATION_FAILED", "MARKET_NOT_FOUND", "OVERLOADED"),
  },
});

const eventStream = (c: Context<ApiEnv>, body: ReadableStream<Uint8Array>): Response =>
  c.body(body, 200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    // nginx would otherwise hold events back to fill its buffer.
    "X-Accel-Buffering": "no",
  });

const FINISHED: readonly string[] = ["SETTLED", "VOID"];

export const eventRoutes = (app: ApiApp, { deps, simulated, hub }: ApiParts): void => {
  app.openapi(roundEventsRoute, async (c) => {
    const { code } = c.req.valid("param");
    const market = await getMarket(deps, { code: c.req.valid("query").market });
    if (c.req.valid("header")["last-event-id"] === END_ID) {
      const round = await getRound(deps, { market: market.code, code });
      // An EventSource connects again for ever unless it is told 204.
      if (FINISHED.includes(round.state)) return c.body(null, 204);
    }
    const source = liveRound(deps, simulated, { market: market.code, code });
    return eventStream(c, await hub.open(source, c.env.address()));
  });
  app.openapi(marketEventsRoute, async (c) => {
    const market = await getMarket(deps, { code: c.req.valid("query").market });
    const source = liveMarket(deps, simulated, { market: market.code });
    return eventStream(c, await hub.open(source, c.env.address()));
  });
};
