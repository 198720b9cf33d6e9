import { z } from "@hono/zod-openapi";
import { instantIn, instantOut } from "./common.ts";

const YEAR_SECONDS = 366 * 24 * 3600;

export const clockSchema = z
  .object({
    now: instantOut("2026-11-23T15:00:00Z", "The one clock everything goes by"),
    sandbox: z.boolean().openapi({ description: "True where the clock is moved by hand" }),
  })
  .openapi("Clock");

export const moveClockBody = z
  .strictObject({
    advanceSeconds: z
      .number()
      .int()
      .min(1)
      .max(YEAR_SECONDS)
      .optional()
      .openapi({ example: 3600, description: "How far to move it; or give `to`" }),
    to: instantIn("2026-11-23T21:05:00Z", "Where to move it").optional(),
  })
  .superRefine((body, ctx) => {
    if ((body.advanceSeconds === undefined) === (body.to === undefined))
      ctx.addIssue({
        code: "custom",
        path: ["advanceSeconds"],
        message: "Give either advanceSeconds or to",
      });
  });
