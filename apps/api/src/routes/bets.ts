import { DomainError } from "@closebell/context";
import { getBet } from "@closebell/rounds";
import { z } from "@hono/zod-openapi";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { presentAccepted, presentBet } from "../presenters/bet.ts";
import { betSchema, placeBetBody } from "../schemas/bet.ts";
import { idIn } from "../schemas/common.ts";
import { betKeyHeaders, readIdempotencyKey, replayHeaders } from "../schemas/idempotency.ts";
import { readJson } from "../schemas/read-json.ts";
import { bodyProblems, jsonAnswer, jsonBody, problems } from "../schemas/problem.ts";

const tags = ["Bets"];

const placeBetRoute = defineRoute({
  method: "post",
  path: "/bets",
  "x-permission": { own: "own:bet", any: "users:act" },
  operationId: "placeBet",
  summary: "Place a bet",
  description:
    "Takes the stake from the user's available balance and puts it into the round's pool, at once and for good. The " +
    "same Idempotency-Key and body get the first answer again, also after the round has locked.",
  tags,
  request: {
    headers: betKeyHeaders,
    body: jsonBody(placeBetBody, { side: "UP", stakeMicroUsdc: "1000000" }),
  },
  responses: {
    201: { ...jsonAnswer("The bet, as it was accepted.", betSchema), headers: replayHeaders },
    ...bodyProblems(
      "IDEMPOTENCY_KEY_REQUIRED",
      "IDEMPOTENCY_KEY_REUSED",
      "AMOUNT_INVALID",
      "AMOUNT_OVERFLOW",
      "USER_NOT_FOUND",
      "MARKET_NOT_FOUND",
      "ROUND_NOT_FOUND",
      "ROUND_NOT_OPEN",
      "ROUND_PAUSED",
      "PLAY_SUSPENDED",
      "PROTECTION_LIMIT_EXCEEDED",
      "STAKE_BELOW_MINIMUM",
      "STAKE_ABOVE_MAXIMUM",
      "INSUFFICIENT_FUNDS",
      "OVERLOADED",
    ),
  },
});

const getBetRoute = defineRoute({
  method: "get",
  path: "/bets/{betId}",
  "x-permission": { own: "own:read", any: "users:read" },
  operationId: "getBet",
  summary: "A bet and what became of it",
  tags,
  request: { params: z.strictObject({ betId: idIn("The bet's id") }) },
  responses: {
    200: jsonAnswer("The bet.", betSchema),
    ...problems("VALIDATION_FAILED", "BET_NOT_FOUND"),
  },
});

/** As the verb says it of a bet that does not exist: somebody else's is nobody's business. */
const noBet = (betId: string) => new DomainError("BET_NOT_FOUND", `There is no bet ${betId}.`);

export const betRoutes = (app: ApiApp, { deps, reads }: ApiParts): void => {
  app.openAPIRegistry.registerPath(placeBetRoute);
  app.post(placeBetRoute.path, async (c) => {
    const idempotencyKey = readIdempotencyKey(c);
    const { caller } = c.env;
    const { stakeMicroUsdc, ...body } = await readJson(c, placeBetBody);
    const userId = caller.userOf(body.userId);
    const { bet, replayed } = await deps.intake.place({
      ...body,
      userId,
      by: await caller.actingFor(userId),
      stake: stakeMicroUsdc,
      idempotencyKey,
    });
    reads.betPlaced(bet);
    return c.json(presentAccepted(bet), 201, {
      ...c.env.headers,
      Location: `/bets/${bet.id}`,
      ...(replayed && { "Idempotency-Replayed": "true" }),
    });
  });
  app.openapi(getBetRoute, async (c) => {
    const { betId } = c.req.valid("param");
    const bet = await getBet(deps, { betId });
    if (!c.env.caller.maySee(bet.userId)) throw noBet(betId);
    return c.json(presentBet(bet), 200);
  });
};
