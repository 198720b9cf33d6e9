import { EXCHANGES } from "@closebell/calendar";
import { z } from "@hono/zod-openapi";
import { dateIn, dateOut, instantOut } from "./common.ts";
import { rulesSchema } from "./round.ts";

export const marketSchema = z
  .object({
    code: z.string().openapi({ example: "NDX" }),
    name: z.string().openapi({ example: "Nasdaq-100" }),
    symbol: z.string().openapi({ example: "^NDX" }),
    exchange: z.string().openapi({ example: "NASDAQ" }),
    timezone: z.string().openapi({ example: "America/New_York" }),
    lockOffsetSeconds: z.number().int(),
    fetchDelayMinutes: z.number().int(),
    graceMinutes: z.number().int(),
    createdAt: instantOut("2026-11-20T12:00:00Z", "When the market was created"),
    simulated: z.boolean().openapi({ description: "True where prices are made up or set by hand" }),
    rules: rulesSchema.openapi({ description: "The rules its next rounds are scheduled with" }),
  })
  .openapi("Market");

export const marketsSchema = z.object({ items: z.array(marketSchema) }).openapi("Markets");

const exchanges = Object.values(EXCHANGES).map(({ code }) => code);

export const calendarQuery = z.strictObject({
  from: dateIn("First date; today if missing").optional(),
  to: dateIn("Last date; 30 days after `from`, or the last that is known, if missing").optional(),
  exchange: z
    .enum(exchanges, { error: `must be one of ${exchanges.join(", ")}` })
    .default("NASDAQ")
    .openapi({ example: "NASDAQ" }),
});

export const calendarDaySchema = z
  .object({
    date: dateOut("A date of the exchange's calendar"),
    kind: z.enum(["regular", "early", "closed"]),
    closesAt: instantOut("2026-11-23T21:00:00Z", "The session's close").nullable(),
    reason: z
      .string()
      .nullable()
      .openapi({ example: "Thanksgiving Day", description: "Why it is closed; null if it is not" }),
    source: z.string().openapi({ description: "The rule or notice behind it" }),
    exception: z.boolean().openapi({ description: "Entered by an operator over the calendar" }),
  })
  .openapi("CalendarDay");

export const calendarSchema = z
  .object({ exchange: z.string(), items: z.array(calendarDaySchema) })
  .openapi("Calendar");
