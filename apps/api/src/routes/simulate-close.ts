import { getMarket } from "@closebell/rounds";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { bodyProblems, jsonAnswer, jsonBody } from "../schemas/problem.ts";
import { setCloseBody, simulatedCloseSchema } from "../schemas/simulation.ts";

const setCloseRoute = defineRoute({
  method: "post",
  path: "/simulate/close",
  "x-permission": { any: "simulate" },
  operationId: "setSimulatedClose",
  summary: "Set a simulated close",
  description:
    "Tells the simulated price source what to answer for a date. A round that is settled keeps its price.",
  tags: ["Simulation"],
  request: { body: jsonBody(setCloseBody, { date: "2026-11-23", close: "25012.07" }) },
  responses: {
    200: jsonAnswer("What the source will answer.", simulatedCloseSchema),
    ...bodyProblems("MARKET_NOT_FOUND", "PRICE_INVALID"),
  },
});

/** Does not exist where prices or money are real. */
export const simulateCloseRoutes = (app: ApiApp, { deps }: ApiParts): void => {
  const { simulation } = deps;
  if (simulation === undefined) return;
  app.openapi(setCloseRoute, async (c) => {
    const { close, mode, source, ...body } = c.req.valid("json");
    const market = await getMarket(deps, { code: body.market });
    await simulation.setClose({
      by: c.env.caller.by,
      source,
      mode,
      symbol: market.symbol,
      date: Temporal.PlainDate.from(body.date),
      ...(close !== undefined && { price: close }),
      ...(body.availableFrom !== undefined && {
        availableFrom: Temporal.Instant.from(body.availableFrom),
      }),
    });
    return c.json(
      {
        market: market.code,
        source,
        mode,
        date: body.date,
        close: close ?? null,
        simulated: true as const,
      },
      200,
    );
  });
};
