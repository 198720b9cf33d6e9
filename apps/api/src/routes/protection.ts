import {
  activityOf,
  confirmLimit,
  excludeSelf,
  listChanges,
  protectionOf,
  setLimit,
  takeTimeOut,
} from "@closebell/protection";
import { z } from "@hono/zod-openapi";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { presentPage } from "../presenters/page.ts";
import { presentActivity, presentChange, presentProtection } from "../presenters/protection.ts";
import { answerOnce } from "../request/answer-once.ts";
import {
  KEY_REFUSALS,
  optionalIdempotencyHeaders,
  replayedHeader,
} from "../schemas/idempotency.ts";
import { pageOf, pageQuery } from "../schemas/page.ts";
import { bodyProblems, jsonAnswer, jsonBody, problems } from "../schemas/problem.ts";
import {
  activitySchema,
  limitParams,
  protectionChangeSchema,
  protectionSchema,
  selfExclusionBody,
  setLimitBody,
  timeOutBody,
} from "../schemas/protection.ts";
import { userParams } from "./users.ts";

const path = "/users/{userId}/protection";
const tags = ["Protection"];
const reads = { own: "own:read", any: "users:read" } as const;
const changes = { own: "own:protect", any: "users:act" } as const;

const getRoute = defineRoute({
  method: "get",
  path,
  "x-permission": reads,
  operationId: "getProtection",
  summary: "How a user is protected",
  description: "Limits with what is used of them, and what keeps the user from betting.",
  tags,
  request: { params: userParams },
  responses: {
    200: jsonAnswer("The protection.", protectionSchema),
    ...problems("VALIDATION_FAILED", "USER_NOT_FOUND"),
  },
});

const listRoute = defineRoute({
  method: "get",
  path: `${path}/changes`,
  "x-permission": reads,
  operationId: "listProtectionChanges",
  summary: "What was done to protect a user",
  description: "Newest first, page by page.",
  tags,
  request: { params: userParams, query: z.strictObject(pageQuery) },
  responses: {
    200: jsonAnswer("A page.", pageOf(protectionChangeSchema, "ProtectionChangePage")),
    ...problems("VALIDATION_FAILED", "USER_NOT_FOUND", "CURSOR_INVALID"),
  },
});

const activityRoute = defineRoute({
  method: "get",
  path: `${path}/activity`,
  "x-permission": reads,
  operationId: "getActivity",
  summary: "What a user paid in, took out, bet and got back",
  description: "Today, this week and this month in UTC, in the last six months, and ever.",
  tags,
  request: { params: userParams },
  responses: {
    200: jsonAnswer("The activity.", activitySchema),
    ...problems("VALIDATION_FAILED", "USER_NOT_FOUND"),
  },
});

const answered = (what: string) => ({
  ...jsonAnswer(what, protectionSchema),
  headers: replayedHeader,
});

const setLimitRoute = defineRoute({
  method: "put",
  path: `${path}/limits/{kind}/{period}`,
  "x-permission": changes,
  operationId: "setLimit",
  summary: "Set a limit",
  description:
    "A tighter limit counts at once, also for what was paid in and bet earlier in the period; a looser one, or none, once it is confirmed, 24 hours later at the earliest (`pending`). Bets beyond it are refused; what is deposited beyond it is held.",
  tags,
  request: {
    params: limitParams,
    headers: optionalIdempotencyHeaders,
    body: jsonBody(setLimitBody, { amountMicroUsdc: "50000000" }),
  },
  responses: {
    200: answered("The protection, with the limit."),
    ...bodyProblems("USER_NOT_FOUND", "AMOUNT_INVALID", "AMOUNT_OVERFLOW", ...KEY_REFUSALS),
  },
});

const confirmLimitRoute = defineRoute({
  method: "post",
  path: `${path}/limits/{kind}/{period}/confirmations`,
  "x-permission": changes,
  operationId: "confirmLimit",
  summary: "Confirm a looser limit",
  description:
    "Puts the limit in force that was asked for: from `pending.from` on, before `pending.until`, and with the same amount. Without a word it lapses.",
  tags,
  request: {
    params: limitParams,
    headers: optionalIdempotencyHeaders,
    body: jsonBody(setLimitBody, { amountMicroUsdc: "50000000" }),
  },
  responses: {
    200: answered("The protection, with the limit."),
    ...bodyProblems(
      "USER_NOT_FOUND",
      "AMOUNT_INVALID",
      "AMOUNT_OVERFLOW",
      "NOTHING_TO_CONFIRM",
      ...KEY_REFUSALS,
    ),
  },
});

const timeOutRoute = defineRoute({
  method: "post",
  path: `${path}/time-outs`,
  "x-permission": changes,
  operationId: "takeTimeOut",
  summary: "Take a break",
  description:
    "From now on bets are refused and deposits are held, until it is over. Nobody can end it early. Withdrawals go on.",
  tags,
  request: {
    params: userParams,
    headers: optionalIdempotencyHeaders,
    body: jsonBody(timeOutBody, { hours: 168 }),
  },
  responses: {
    201: answered("The protection, with the break."),
    ...bodyProblems("USER_NOT_FOUND", "RESTRICTION_STANDS", ...KEY_REFUSALS),
  },
});

const selfExclusionRoute = defineRoute({
  method: "post",
  path: `${path}/self-exclusions`,
  "x-permission": changes,
  operationId: "excludeSelf",
  summary: "Shut yourself out",
  description:
    "From now on bets are refused and deposits are held, for six months at least, or for good. Nobody can lift it. It outlasts its term until you ask, by telephone or in person, to play again, and a day has passed. Withdrawals go on.",
  tags,
  request: {
    params: userParams,
    headers: optionalIdempotencyHeaders,
    body: jsonBody(selfExclusionBody, { months: 12 }),
  },
  responses: {
    201: answered("The protection, with the exclusion."),
    ...bodyProblems("USER_NOT_FOUND", "RESTRICTION_STANDS", ...KEY_REFUSALS),
  },
});

const changingRoutes = (app: ApiApp, parts: ApiParts): void => {
  for (const [route, verb] of [
    [setLimitRoute, setLimit],
    [confirmLimitRoute, confirmLimit],
  ] as const) {
    app.openapi(route, async (c) => {
      const limit = c.req.valid("param");
      const request = { ...limit, amount: c.req.valid("json").amountMicroUsdc };
      const by = await c.env.caller.actingFor(limit.userId);
      const answer = await answerOnce(c, parts, {
        route,
        key: c.req.valid("header")["idempotency-key"],
        body: request,
        schema: protectionSchema,
        async make(unit) {
          await verb(unit, { ...request, by });
          return { body: presentProtection(await protectionOf(unit, request)) };
        },
      });
      return c.json(answer, 200);
    });
  }
  app.openapi(timeOutRoute, async (c) => {
    const request = { ...c.req.valid("param"), ...c.req.valid("json") };
    const by = await c.env.caller.actingFor(request.userId);
    const answer = await answerOnce(c, parts, {
      route: timeOutRoute,
      key: c.req.valid("header")["idempotency-key"],
      body: request,
      schema: protectionSchema,
      make: async (unit) => ({
        body: presentProtection(await takeTimeOut(unit, { ...request, by })),
      }),
    });
    return c.json(answer, 201);
  });
  app.openapi(selfExclusionRoute, async (c) => {
    const request = { ...c.req.valid("param"), ...c.req.valid("json") };
    const by = await c.env.caller.actingFor(request.userId);
    const answer = await answerOnce(c, parts, {
      route: selfExclusionRoute,
      key: c.req.valid("header")["idempotency-key"],
      body: request,
      schema: protectionSchema,
      make: async (unit) => ({
        body: presentProtection(await excludeSelf(unit, { ...request, by })),
      }),
    });
    return c.json(answer, 201);
  });
};

export const protectionRoutes = (app: ApiApp, parts: ApiParts): void => {
  const { deps } = parts;
  app.openapi(getRoute, async (c) =>
    c.json(presentProtection(await protectionOf(deps, c.req.valid("param"))), 200),
  );
  app.openapi(listRoute, async (c) => {
    const input = { ...c.req.valid("param"), ...c.req.valid("query") };
    return c.json(presentPage(await listChanges(deps, input), presentChange), 200);
  });
  app.openapi(activityRoute, async (c) => {
    const { userId } = c.req.valid("param");
    return c.json(presentActivity(userId, await activityOf(deps, { userId })), 200);
  });
  changingRoutes(app, parts);
};
