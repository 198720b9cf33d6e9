import { z } from "@hono/zod-openapi";
import { instantOut } from "./common.ts";

export const healthSchema = z.object({ status: z.literal("ok") }).openapi("Health");

export const componentSchema = z
  .object({
    name: z.string().openapi({ example: "database" }),
    status: z.enum(["ok", "degraded"]),
    since: instantOut("2026-11-20T12:00:00Z", "Since when this process sees it so"),
    detail: z.string().nullable().openapi({ description: "What is wrong; null if nothing is" }),
    simulated: z.boolean().openapi({ description: "True for a simulated oracle or chain" }),
  })
  .openapi("Component");

export const componentsSchema = z
  .object({ status: z.enum(["ok", "degraded"]), components: z.array(componentSchema) })
  .openapi("Components");
