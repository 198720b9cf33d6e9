import { DomainError, ERROR_CODES, type ErrorCode } from "@closebell/context";
import { z } from "@hono/zod-openapi";
import type { ApiApp } from "../api-env.ts";
import { defineRoute } from "../doors/door.ts";
import { PROBLEMS } from "../problem.ts";
import { jsonAnswer, problems } from "../schemas/problem.ts";
import { problemKindSchema, problemKindsSchema } from "../schemas/problem-kinds.ts";

const listRoute = defineRoute({
  method: "get",
  path: "/problems",
  "x-permission": "public",
  operationId: "listProblems",
  summary: "Every way a request can be refused",
  tags: ["Problems"],
  responses: { 200: jsonAnswer("The codes.", problemKindsSchema), ...problems() },
});

const getRoute = defineRoute({
  method: "get",
  path: "/problems/{code}",
  "x-permission": "public",
  operationId: "getProblem",
  summary: "What a problem's `type` points to",
  tags: ["Problems"],
  request: {
    params: z.strictObject({
      code: z.string().openapi({ enum: [...ERROR_CODES], example: "ROUND_NOT_OPEN" }),
    }),
  },
  responses: { 200: jsonAnswer("The code.", problemKindSchema), ...problems("ROUTE_NOT_FOUND") },
});

const kindOf = (code: ErrorCode) => ({ code, ...PROBLEMS[code] });

export const problemRoutes = (app: ApiApp): void => {
  app.openapi(listRoute, (c) => c.json({ items: ERROR_CODES.map(kindOf) }, 200));
  app.openapi(getRoute, (c) => {
    const asked = c.req.valid("param").code;
    const code = ERROR_CODES.find((one) => one === asked);
    if (code === undefined)
      throw new DomainError("ROUTE_NOT_FOUND", "There is no such code. GET /problems lists them.");
    return c.json(kindOf(code), 200);
  });
};
