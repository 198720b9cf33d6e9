import { findExchange } from "@closebell/calendar";
import { databaseClock } from "@closebell/database";
import { listCalendar } from "@closebell/rounds";
import { z } from "@hono/zod-openapi";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { FRESHNESS, notModified, revalidate } from "../middleware/revalidate.ts";
import { presentCalendarDay, presentMarket } from "../presenters/market.ts";
import { marketCodeIn } from "../schemas/common.ts";
import { calendarQuery, calendarSchema, marketSchema, marketsSchema } from "../schemas/market.ts";
import { jsonAnswer, problems } from "../schemas/problem.ts";

const tags = ["Markets"];

const listRoute = defineRoute({
  method: "get",
  path: "/markets",
  "x-permission": "public",
  operationId: "listMarkets",
  summary: "What can be bet on",
  description: `The default market comes first. ${FRESHNESS}`,
  tags,
  middleware: [revalidate],
  responses: { 200: jsonAnswer("The markets.", marketsSchema), ...notModified, ...problems() },
});

const getRoute = defineRoute({
  method: "get",
  path: "/markets/{code}",
  "x-permission": "public",
  operationId: "getMarket",
  summary: "A market",
  description: FRESHNESS,
  tags,
  middleware: [revalidate],
  request: { params: z.strictObject({ code: marketCodeIn }) },
  responses: {
    200: jsonAnswer("The market.", marketSchema),
    ...notModified,
    ...problems("VALIDATION_FAILED", "MARKET_NOT_FOUND"),
  },
});

const calendarRoute = defineRoute({
  method: "get",
  path: "/calendar",
  "x-permission": "public",
  operationId: "getCalendar",
  summary: "When an exchange trades",
  description:
    "Every weekday from `from` to `to`, with operators' exceptions laid over the calendar.",
  tags,
  middleware: [revalidate],
  request: { query: calendarQuery },
  responses: {
    200: jsonAnswer("The days.", calendarSchema),
    ...notModified,
    ...problems("VALIDATION_FAILED", "BEYOND_CALENDAR"),
  },
});

export const marketRoutes = (app: ApiApp, { deps, reads, simulated }: ApiParts): void => {
  app.openapi(listRoute, async (c) => {
    const markets = await reads.markets();
    return c.json({ items: markets.map((market) => presentMarket(market, simulated)) }, 200);
  });
  app.openapi(getRoute, async (c) => {
    const market = await reads.market(c.req.valid("param"));
    return c.json(presentMarket(market, simulated), 200);
  });
  app.openapi(calendarRoute, async (c) => {
    const { exchange, ...query } = c.req.valid("query");
    const from =
      query.from === undefined ? await today(exchange) : Temporal.PlainDate.from(query.from);
    const to = query.to === undefined ? undefined : Temporal.PlainDate.from(query.to);
    const days = await listCalendar(deps, { exchange, from, to });
    return c.json({ exchange, items: days.map(presentCalendarDay) }, 200);
  });
  const today = async (exchange: string): Promise<Temporal.PlainDate> => {
    const now = await databaseClock(deps.database).now();
    return now.toZonedDateTimeISO(findExchange(exchange)?.timezone ?? "UTC").toPlainDate();
  };
};
