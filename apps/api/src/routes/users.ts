import { createUser, getUser } from "@closebell/identity";
import { createBalanceReader } from "@closebell/ledger";
import { z } from "@hono/zod-openapi";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { presentBalance, presentUser } from "../presenters/user.ts";
import { answerOnce } from "../request/answer-once.ts";
import { idIn } from "../schemas/common.ts";
import { KEY_REFUSALS, optionalIdempotencyHeaders, replayHeaders } from "../schemas/idempotency.ts";
import { bodyProblems, jsonAnswer, jsonBody, problems } from "../schemas/problem.ts";
import { balanceSchema, createUserBody, userSchema } from "../schemas/user.ts";

const tags = ["Users"];
export const userParams = z.strictObject({ userId: idIn("The user's id") });

const createUserRoute = defineRoute({
  method: "post",
  path: "/users",
  "x-permission": { any: "users:act" },
  operationId: "createUser",
  summary: "Create a user",
  description: "Creates a user with empty accounts. Send `{}` for one without a handle.",
  tags,
  request: { headers: optionalIdempotencyHeaders, body: jsonBody(createUserBody, {}) },
  responses: {
    201: {
      ...jsonAnswer("The user.", userSchema),
      headers: replayHeaders,
    },
    ...bodyProblems("HANDLE_TAKEN", ...KEY_REFUSALS),
  },
});

const getUserRoute = defineRoute({
  method: "get",
  path: "/users/{userId}",
  "x-permission": { own: "own:read", any: "users:read" },
  operationId: "getUser",
  summary: "A user",
  tags,
  request: { params: userParams },
  responses: {
    200: jsonAnswer("The user.", userSchema),
    ...problems("VALIDATION_FAILED", "USER_NOT_FOUND"),
  },
});

const getBalanceRoute = defineRoute({
  method: "get",
  path: "/users/{userId}/balance",
  "x-permission": { own: "own:read", any: "users:read" },
  operationId: "getBalance",
  summary: "What a user has",
  description: "Read from the books at every call: it is never older than the request.",
  tags,
  request: { params: userParams },
  responses: {
    200: jsonAnswer("The balance.", balanceSchema),
    ...problems("VALIDATION_FAILED", "USER_NOT_FOUND"),
  },
});

export const userRoutes = (app: ApiApp, parts: ApiParts): void => {
  const { deps } = parts;
  const balanceReader = createBalanceReader(deps);
  app.openapi(createUserRoute, async (c) => {
    const { by } = c.env.caller;
    const body = c.req.valid("json");
    const answer = await answerOnce(c, parts, {
      route: createUserRoute,
      key: c.req.valid("header")["idempotency-key"],
      body,
      schema: userSchema,
      async make(unit) {
        const user = await createUser(unit, { by, ...body });
        return { body: presentUser(user), location: `/users/${user.id}` };
      },
    });
    return c.json(answer, 201);
  });
  app.openapi(getUserRoute, async (c) => {
    const { userId } = c.req.valid("param");
    return c.json(presentUser(await getUser(deps, { userId })), 200);
  });
  app.openapi(getBalanceRoute, async (c) => {
    const { userId } = c.req.valid("param");
    const balances = await balanceReader.balancesOf(userId);
    // whoever has no accounts is staff, or nobody
    if (balances === undefined) await getUser(deps, { userId });
    return c.json(presentBalance(userId, balances), 200);
  });
};
