import { z } from "@hono/zod-openapi";
import type { Registry } from "prom-client";
import type { ApiApp } from "../api-env.ts";
import { defineRoute } from "../doors/door.ts";
import { problems } from "../schemas/problem.ts";

const metricsRoute = defineRoute({
  method: "get",
  path: "/metrics",
  "x-permission": "public",
  operationId: "getMetrics",
  summary: "Figures for Prometheus",
  tags: ["Health"],
  responses: {
    200: {
      description: "The text format of Prometheus.",
      content: { "text/plain": { schema: z.string() } },
    },
    ...problems(),
  },
});

export const metricsRoutes = (app: ApiApp, registry: Registry): void => {
  app.openapi(metricsRoute, async (c) => {
    const text = await registry.metrics();
    return c.text(text, 200, { "Content-Type": registry.contentType });
  });
};
