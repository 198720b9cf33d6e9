import { type ErrorCode, nameUuid } from "@closebell/context";
import { useHeld } from "@closebell/custody";
import { blockUser, protectionOf, returnToPlay, unblockUser } from "@closebell/protection";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { presentHeldUse, presentProtection } from "../presenters/protection.ts";
import { answerOnce } from "../request/answer-once.ts";
import { screen } from "../request/screen.ts";
import {
  idempotencyHeaders,
  KEY_REFUSALS,
  optionalIdempotencyHeaders,
  replayedHeader,
} from "../schemas/idempotency.ts";
import { bodyProblems, jsonAnswer, jsonBody, problems } from "../schemas/problem.ts";
import { heldUseSchema, protectionSchema, reasonBody, useHeldBody } from "../schemas/protection.ts";
import { userParams } from "./users.ts";

const path = "/users/{userId}/protection";
const tags = ["Protection"];

const staffRoute = <P extends string>(
  to: P,
  operationId: string,
  about: {
    readonly summary: string;
    readonly description: string;
    readonly codes?: readonly ErrorCode[];
  },
) =>
  defineRoute({
    method: "post",
    path: to,
    "x-permission": { any: "users:block" },
    operationId,
    summary: about.summary,
    description: about.description,
    tags,
    request: {
      params: userParams,
      headers: optionalIdempotencyHeaders,
      body: jsonBody(reasonBody, { reason: "asked us to by telephone" }),
    },
    responses: {
      200: { ...jsonAnswer("The protection.", protectionSchema), headers: replayedHeader },
      ...bodyProblems("USER_NOT_FOUND", ...(about.codes ?? []), ...KEY_REFUSALS),
    },
  });

const aboutBlocks =
  "While a block stands, bets are refused and deposits are held; withdrawals go on. Lifting it lifts nothing that the user imposed on himself.";

const blockRoute = staffRoute(`${path}/block`, "blockUser", {
  summary: "Refuse a user's bets",
  description: aboutBlocks,
});
const unblockRoute = staffRoute(`${path}/unblock`, "unblockUser", {
  summary: "Lift a block",
  description: aboutBlocks,
});
const returnRoute = staffRoute(`${path}/returns`, "returnToPlay", {
  summary: "Write down that a self-excluded user asked to play again",
  description:
    "By telephone or in person, once the term of the self-exclusion is over: 24 hours later he may play. Before that, and where he is out for good, it is refused. Say in `reason` how he asked.",
  codes: ["RESTRICTION_STANDS"],
});

const screenRoute = defineRoute({
  method: "post",
  path: `${path}/screenings`,
  "x-permission": { own: "own:protect", any: "users:block" },
  operationId: "screenUser",
  summary: "Have a user screened again",
  description:
    "Whoever screens players is asked anew about age, country and sanctions. A refusal suspends play; a pass ends that.",
  tags,
  request: { params: userParams },
  responses: {
    200: jsonAnswer("He passes. The protection.", protectionSchema),
    ...problems("VALIDATION_FAILED", "USER_NOT_FOUND", "SCREENING_REFUSED"),
  },
});

const useHeldRoute = defineRoute({
  method: "post",
  path: `${path}/held-uses`,
  "x-permission": { own: "own:money", any: "users:act" },
  operationId: "useHeld",
  summary: "Take held money into play",
  description:
    "Counts as a deposit made now: within the deposit limits in force, and not while play is suspended.",
  tags,
  request: {
    params: userParams,
    headers: idempotencyHeaders("ever"),
    body: jsonBody(useHeldBody, { amountMicroUsdc: "5000000" }),
  },
  responses: {
    201: { ...jsonAnswer("What came into play.", heldUseSchema), headers: replayedHeader },
    ...bodyProblems(
      "IDEMPOTENCY_KEY_REQUIRED",
      ...KEY_REFUSALS,
      "USER_NOT_FOUND",
      "AMOUNT_INVALID",
      "AMOUNT_OVERFLOW",
      "INSUFFICIENT_FUNDS",
      "PLAY_SUSPENDED",
      "PROTECTION_LIMIT_EXCEEDED",
    ),
  },
});

export const restrictUserRoutes = (app: ApiApp, parts: ApiParts): void => {
  const { deps } = parts;
  for (const [route, verb] of [
    [blockRoute, blockUser],
    [unblockRoute, unblockUser],
    [returnRoute, returnToPlay],
  ] as const) {
    app.openapi(route, async (c) => {
      const { userId } = c.req.valid("param");
      const { reason } = c.req.valid("json");
      const { by } = c.env.caller;
      const answer = await answerOnce(c, parts, {
        route,
        key: c.req.valid("header")["idempotency-key"],
        body: { userId, reason },
        schema: protectionSchema,
        make: async (unit) => ({
          body: presentProtection(await verb(unit, { by: { ...by, reason }, userId })),
        }),
      });
      return c.json(answer, 200);
    });
  }
  app.openapi(screenRoute, async (c) => {
    const { userId } = c.req.valid("param");
    const by = await c.env.caller.actingFor(userId);
    await screen(deps, { by, userId, anew: true });
    return c.json(presentProtection(await protectionOf(deps, { userId })), 200);
  });
  app.openapi(useHeldRoute, async (c) => {
    const request = { ...c.req.valid("param"), ...c.req.valid("json") };
    const by = await c.env.caller.actingFor(request.userId);
    const key = c.req.valid("header")["idempotency-key"];
    const answer = await answerOnce(c, parts, {
      route: useHeldRoute,
      key,
      body: request,
      schema: heldUseSchema,
      async make(unit) {
        const idempotencyKey = nameUuid(`${by.actor.id}/${key}`);
        const { use, replayed } = await useHeld(unit, { ...request, by, idempotencyKey });
        return { body: presentHeldUse(use), replayed };
      },
    });
    return c.json(answer, 201);
  });
};
