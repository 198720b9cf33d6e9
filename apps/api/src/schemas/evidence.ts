import { z } from "@hono/zod-openapi";
import { instantOut } from "./common.ts";

export const attemptSchema = z
  .object({
    source: z.string().openapi({ example: "simulated", description: "Who was asked" }),
    simulated: z.boolean().openapi({ description: "True where this source makes its prices up" }),
    beganAt: instantOut("2026-11-23T21:05:00Z", "When it was asked"),
    endedAt: instantOut("2026-11-23T21:05:01Z", "When it had answered or failed"),
    failure: z.string().nullable().openapi({
      example: "unavailable",
      description: "Why there is no valid price; null if there is",
    }),
    detail: z.string(),
    previousClose: z.string().nullable().openapi({ example: "24982.62" }),
    close: z.string().nullable().openapi({ example: "25012.07" }),
    answers: z.unknown().openapi({
      description: "What came back, word for word, with its SHA-256",
      example: [],
    }),
  })
  .openapi("Attempt");

export const evidenceSchema = z
  .object({
    market: z.string().openapi({ example: "NDX" }),
    code: z.string().openapi({ example: "20261123" }),
    items: z.array(attemptSchema).openapi({ description: "Oldest first" }),
  })
  .openapi("Evidence");
