import { databaseClock, isSandbox, moveClock } from "@closebell/database";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { clockSchema, moveClockBody } from "../schemas/clock.ts";
import { bodyProblems, jsonAnswer, jsonBody, problems } from "../schemas/problem.ts";

const clockRoute = defineRoute({
  method: "get",
  path: "/clock",
  "x-permission": "public",
  operationId: "getClock",
  summary: "What time it is here",
  description:
    "The clock that decides whether a bet counts. In a sandbox it stands until it is moved.",
  tags: ["Clock"],
  responses: { 200: jsonAnswer("The clock.", clockSchema), ...problems() },
});

const moveRoute = defineRoute({
  method: "post",
  path: "/simulate/clock",
  "x-permission": { any: "simulate" },
  operationId: "moveClock",
  summary: "Move the sandbox's clock",
  description:
    "Forward only, and only in a sandbox. Rounds open, lock and settle within a second or so.",
  tags: ["Simulation"],
  request: { body: jsonBody(moveClockBody, { advanceSeconds: 3600 }) },
  responses: {
    200: jsonAnswer("The clock as it now stands.", clockSchema),
    ...bodyProblems("SANDBOX_ONLY", "CLOCK_BACKWARDS"),
  },
});

/** What moves the clock does not exist on real time. */
export const clockRoutes = (app: ApiApp, { deps }: ApiParts): void => {
  app.openapi(clockRoute, async (c) => {
    const [now, sandbox] = await Promise.all([
      databaseClock(deps.database).now(),
      isSandbox(deps.database),
    ]);
    return c.json({ now: now.toString(), sandbox }, 200);
  });
  if (deps.sandbox === false) return;
  app.openapi(moveRoute, async (c) => {
    const { advanceSeconds, to } = c.req.valid("json");
    const now = await moveClock(deps, {
      by: c.env.caller.by,
      ...(to !== undefined && { to: Temporal.Instant.from(to) }),
      ...(advanceSeconds !== undefined && {
        advance: Temporal.Duration.from({ seconds: advanceSeconds }),
      }),
    });
    return c.json({ now: now.toString(), sandbox: true }, 200);
  });
};
