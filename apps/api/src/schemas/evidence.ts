import { z } from "@hono/zod-openapi";
import { instantOut } from "./common.ts";

const answers = z.unknown().openapi({
  description:
    "Each question: what was sent (without keys), what came back word for word with its SHA-256, and when",
  example: [],
});

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
    answers,
  })
  .openapi("Attempt");

const price = (description: string) =>
  z.string().nullable().openapi({ example: "25012.07", description });

export const closeCheckSchema = z
  .object({
    kind: z.enum(["reread", "next-previous"]).openapi({
      description:
        "reread: the source was asked again; next-previous: what it gave the next round as the previous close",
    }),
    source: z.string().openapi({ example: "simulated" }),
    beganAt: instantOut("2026-11-23T22:15:00Z", "When it was asked"),
    endedAt: instantOut("2026-11-23T22:15:01Z", "When it had answered or failed"),
    failure: z.string().nullable().openapi({ example: null }),
    detail: z.string().openapi({ example: "as it was" }),
    storedPreviousClose: price("The previous close as it was known at settlement"),
    storedClose: price("The close as it was known at settlement"),
    previousClose: price("The previous close as it is now; null where it was not asked for"),
    close: price("The close as it is now"),
    differs: z.boolean(),
    changesOutcome: z.boolean().openapi({
      description: "The source now stands on the other side. The outcome stays as it is",
    }),
    answers,
  })
  .openapi("CloseCheck");

export const evidenceSchema = z
  .object({
    market: z.string().openapi({ example: "NDX" }),
    code: z.string().openapi({ example: "20261123" }),
    items: z.array(attemptSchema).openapi({ description: "Oldest first" }),
    checks: z.array(closeCheckSchema).openapi({
      description: "What sources said of these closes after the round was settled, oldest first",
    }),
  })
  .openapi("Evidence");
