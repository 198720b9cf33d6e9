import { z } from "@hono/zod-openapi";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { FRESHNESS, notModified, revalidate } from "../middleware/revalidate.ts";
import { presentQuote } from "../presenters/round.ts";
import { marketIn } from "../schemas/common.ts";
import { amountIn } from "../schemas/money.ts";
import { jsonAnswer, problems } from "../schemas/problem.ts";
import { quoteSchema } from "../schemas/round.ts";
import { roundParams } from "./rounds.ts";

const query = z.strictObject({ stakeMicroUsdc: amountIn("1000000"), market: marketIn });
const summary = "What a stake would pay";
const description =
  "For either side, if the round locked now. A calculation, not an offer: every later bet changes it. " +
  FRESHNESS;
const responses = {
  200: jsonAnswer("The quote.", quoteSchema),
  ...notModified,
  ...problems(
    "VALIDATION_FAILED",
    "AMOUNT_INVALID",
    "AMOUNT_OVERFLOW",
    "MARKET_NOT_FOUND",
    "ROUND_NOT_FOUND",
    "ROUND_NOT_OPEN",
  ),
};

const currentQuoteRoute = defineRoute({
  method: "get",
  path: "/quote",
  "x-permission": "public",
  operationId: "quoteCurrent",
  summary: `${summary} on the round open now`,
  description,
  tags: ["Rounds"],
  middleware: [revalidate],
  request: { query },
  responses,
});

const quoteRoute = defineRoute({
  method: "get",
  path: "/rounds/{code}/quote",
  "x-permission": "public",
  operationId: "quoteRound",
  summary: `${summary} on this round`,
  description,
  tags: ["Rounds"],
  middleware: [revalidate],
  request: { params: roundParams, query },
  responses,
});

export const quoteRoutes = (app: ApiApp, { reads, simulated }: ApiParts): void => {
  app.openapi(currentQuoteRoute, async (c) => {
    const { stakeMicroUsdc, market } = c.req.valid("query");
    const quoted = await reads.quote({ market, stake: stakeMicroUsdc });
    return c.json(presentQuote(quoted, simulated), 200);
  });
  app.openapi(quoteRoute, async (c) => {
    const { stakeMicroUsdc, market } = c.req.valid("query");
    const roundCode = c.req.valid("param").code;
    const quoted = await reads.quote({ market, roundCode, stake: stakeMicroUsdc });
    return c.json(presentQuote(quoted, simulated), 200);
  });
};
