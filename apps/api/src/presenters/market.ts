import type { CalendarDay, Market } from "@closebell/rounds";
import type { z } from "@hono/zod-openapi";
import type { calendarDaySchema, marketSchema } from "../schemas/market.ts";
import { presentRules } from "./rules.ts";
import type { Simulated } from "./simulated.ts";

export const presentMarket = (
  market: Market,
  simulated: Simulated,
): z.infer<typeof marketSchema> => ({
  code: market.code,
  name: market.name,
  symbol: market.symbol,
  exchange: market.exchange,
  timezone: market.timezone,
  lockOffsetSeconds: market.lockOffsetSeconds,
  fetchDelayMinutes: market.fetchDelayMinutes,
  graceMinutes: market.graceMinutes,
  createdAt: market.createdAt.toString(),
  simulated: simulated.prices(market.sources),
  rules: presentRules(market),
});

export const presentCalendarDay = (day: CalendarDay): z.infer<typeof calendarDaySchema> => ({
  date: day.date,
  kind: day.kind,
  closesAt: day.closesAt?.toString() ?? null,
  reason: day.reason,
  source: day.source,
  exception: day.exception,
});
