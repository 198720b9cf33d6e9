import { hash, timingSafeEqual } from "node:crypto";
import { DomainError } from "@closebell/context";
import { z } from "@hono/zod-openapi";
import type { Registry } from "prom-client";
import type { ApiApp } from "../api-env.ts";
import type { ApiSettings } from "../api-deps.ts";
import { defineRoute } from "../doors/door.ts";
import { problems } from "../schemas/problem.ts";

const metricsRoute = defineRoute({
  method: "get",
  path: "/metrics",
  "x-permission": "public",
  operationId: "getMetrics",
  summary: "Figures for Prometheus",
  description: "Where the service asks for its own token, whoever has none gets 401.",
  tags: ["Health"],
  responses: {
    200: {
      description: "The text format of Prometheus.",
      content: { "text/plain": { schema: z.string() } },
    },
    ...problems("UNAUTHENTICATED"),
  },
});

const digest = (text: string): Uint8Array => hash("sha256", text, "buffer");

/** Does not exist where the figures are served elsewhere, or nowhere. */
export const metricsRoutes = (
  app: ApiApp,
  registry: Registry,
  access: ApiSettings["metrics"],
): void => {
  if (access === "elsewhere") return;
  const expected = access === "open" ? undefined : digest(`Bearer ${access.token}`);
  app.openapi(metricsRoute, async (c) => {
    const given = c.req.header("Authorization");
    c.env.credentialGiven = given !== undefined;
    if (expected !== undefined && !timingSafeEqual(digest(given ?? ""), expected))
      throw new DomainError("UNAUTHENTICATED", "Send Authorization: Bearer with METRICS_TOKEN.");
    const text = await registry.metrics();
    return c.text(text, 200, { "Content-Type": registry.contentType });
  });
};
