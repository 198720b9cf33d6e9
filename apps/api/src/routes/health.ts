import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { createComponents } from "../health/components.ts";
import { remembered } from "../remembered.ts";
import { componentsSchema, healthSchema } from "../schemas/health.ts";
import { jsonAnswer, problems } from "../schemas/problem.ts";

const tags = ["Health"];

/** Anybody may ask, and as often as they like; a chain's node is paid by the question. */
const COMPONENTS_MAX_AGE_MS = 1_000;

const liveRoute = defineRoute({
  method: "get",
  path: "/health",
  "x-permission": "public",
  operationId: "getHealth",
  summary: "The process lives",
  description: "Says nothing of what it depends on: a restart would not help.",
  tags,
  responses: { 200: jsonAnswer("It lives.", healthSchema), ...problems() },
});

const readyRoute = defineRoute({
  method: "get",
  path: "/health/ready",
  "x-permission": "public",
  operationId: "getReadiness",
  summary: "The process wants requests",
  description:
    "503 only where it should get none: the database is down, it is draining, or its queue is full.",
  tags,
  responses: { 200: jsonAnswer("It does.", healthSchema), ...problems("OVERLOADED") },
});

const componentsRoute = defineRoute({
  method: "get",
  path: "/health/components",
  "x-permission": "public",
  operationId: "getComponents",
  summary: "What the service depends on",
  description:
    "Names what is degraded. Always 200: this is for people and alerts, not for balancers.",
  tags,
  responses: { 200: jsonAnswer("The components.", componentsSchema), ...problems() },
});

export const healthRoutes = (app: ApiApp, { deps, readiness }: ApiParts): void => {
  const look = remembered(createComponents(deps), COMPONENTS_MAX_AGE_MS);
  app.openapi(liveRoute, (c) => c.json({ status: "ok" as const }, 200));
  app.openapi(readyRoute, async (c) => {
    await readiness.check();
    return c.json({ status: "ok" as const }, 200);
  });
  app.openapi(componentsRoute, async (c) => {
    const components = await look();
    const degraded = components.some(({ status }) => status === "degraded");
    return c.json({ status: degraded ? ("degraded" as const) : ("ok" as const), components }, 200);
  });
};
