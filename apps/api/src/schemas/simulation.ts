import { z } from "@hono/zod-openapi";
import { SIMULATED_MODES } from "../api-deps.ts";
import { dateIn, dateOut, instantIn, marketIn } from "./common.ts";

const mode = z.enum(SIMULATED_MODES);

export const setCloseBody = z
  .strictObject({
    market: marketIn,
    date: dateIn("The session whose close is set"),
    close: z
      .string()
      .regex(
        /^[0-9]{1,12}(\.[0-9]{1,12})?$/,
        "must be an exact decimal as a string, such as 25012.07",
      )
      .optional()
      .openapi({
        example: "25012.07",
        description: "Left out, the source's own price for the date",
      }),
    mode: mode
      .default("right")
      .openapi({ description: "How the source behaves when it is asked for this date" }),
    source: z.enum(["simulated", "simulated-b"]).default("simulated"),
    availableFrom: instantIn("2026-11-23T21:20:00Z", "Only, and always, with mode late").optional(),
  })
  .superRefine((body, ctx) => {
    if ((body.mode === "late") !== (body.availableFrom !== undefined))
      ctx.addIssue({
        code: "custom",
        path: ["availableFrom"],
        message: "is for mode late, which needs it, and for no other",
      });
  });

export const simulatedCloseSchema = z
  .object({
    market: z.string().openapi({ example: "NDX" }),
    source: z.string().openapi({ example: "simulated" }),
    date: dateOut("The session"),
    close: z.string().nullable().openapi({ example: "25012.07" }),
    mode,
    simulated: z.literal(true),
  })
  .openapi("SimulatedClose");
