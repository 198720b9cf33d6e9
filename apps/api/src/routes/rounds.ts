import { closeChecks, getMarket, listRounds, roundEvidence } from "@closebell/rounds";
import { z } from "@hono/zod-openapi";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { FRESHNESS, notModified, revalidate } from "../middleware/revalidate.ts";
import { presentAttempt, presentCheck } from "../presenters/evidence.ts";
import { presentPage } from "../presenters/page.ts";
import { presentCurrent, presentRound } from "../presenters/round.ts";
import { marketIn, roundCodeIn } from "../schemas/common.ts";
import { evidenceSchema } from "../schemas/evidence.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";
import { jsonAnswer, problems } from "../schemas/problem.ts";
import { currentRoundsSchema, ROUND_STATES, roundSchema } from "../schemas/round.ts";

const tags = ["Rounds"];
const marketQuery = z.strictObject({ market: marketIn });
export const roundParams = z.strictObject({ code: roundCodeIn });
const roundRefusals = problems("VALIDATION_FAILED", "MARKET_NOT_FOUND", "ROUND_NOT_FOUND");

const currentRoute = defineRoute({
  method: "get",
  path: "/rounds/current",
  "x-permission": "public",
  operationId: "getCurrentRounds",
  summary: "What a market is doing now",
  description: `Defined at every moment: the round that takes bets, when the next one opens, and those being settled. ${FRESHNESS}`,
  tags,
  middleware: [revalidate],
  request: { query: marketQuery },
  responses: {
    200: jsonAnswer("The market's rounds now.", currentRoundsSchema),
    ...notModified,
    ...problems("VALIDATION_FAILED", "MARKET_NOT_FOUND"),
  },
});

const listRoute = defineRoute({
  method: "get",
  path: "/rounds",
  "x-permission": "public",
  operationId: "listRounds",
  summary: "A market's rounds",
  description: "Newest closing date first, page by page.",
  tags,
  request: {
    query: z.strictObject({
      ...pageQuery,
      market: marketIn,
      state: z.enum(ROUND_STATES).optional().openapi({ description: "Only rounds in this state" }),
    }),
  },
  responses: {
    200: jsonAnswer("A page.", pageOf(roundSchema, "RoundPage")),
    ...problems("VALIDATION_FAILED", "MARKET_NOT_FOUND", "CURSOR_INVALID"),
  },
});

const getRoute = defineRoute({
  method: "get",
  path: "/rounds/{code}",
  "x-permission": "public",
  operationId: "getRound",
  summary: "A round",
  description: FRESHNESS,
  tags,
  middleware: [revalidate],
  request: { params: roundParams, query: marketQuery },
  responses: { 200: jsonAnswer("The round.", roundSchema), ...notModified, ...roundRefusals },
});

const evidenceRoute = defineRoute({
  method: "get",
  path: "/rounds/{code}/evidence",
  "x-permission": "public",
  operationId: "getRoundEvidence",
  summary: "What a round's price sources answered",
  description:
    "Every attempt, the failed ones too, up to the last 500; and how the closes compared when they were read again.",
  tags,
  request: { params: roundParams, query: marketQuery },
  responses: { 200: jsonAnswer("Every attempt.", evidenceSchema), ...roundRefusals },
});

export const roundRoutes = (app: ApiApp, { deps, reads, simulated }: ApiParts): void => {
  app.openapi(currentRoute, async (c) => {
    const current = await reads.currentRounds(c.req.valid("query"));
    return c.json(presentCurrent(current, simulated), 200);
  });
  app.openapi(listRoute, async (c) => {
    const page = await listRounds(deps, c.req.valid("query"));
    return c.json(
      presentPage(page, (round) => presentRound(round, simulated)),
      200,
    );
  });
  app.openapi(getRoute, async (c) => {
    const round = await reads.round({ ...c.req.valid("param"), ...c.req.valid("query") });
    return c.json(presentRound(round, simulated), 200);
  });
  app.openapi(evidenceRoute, async (c) => {
    const { code } = c.req.valid("param");
    const market = await getMarket(deps, { code: c.req.valid("query").market });
    const round = { market: market.code, code };
    const [attempts, checks] = await Promise.all([
      roundEvidence(deps, round),
      closeChecks(deps, round),
    ]);
    return c.json(
      {
        market: market.code,
        code,
        items: attempts.map((attempt) => presentAttempt(attempt, simulated)),
        checks: checks.map(presentCheck),
      },
      200,
    );
  });
};
