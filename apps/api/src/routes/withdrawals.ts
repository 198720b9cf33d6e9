import { DomainError, ownKey } from "@closebell/context";
import { getWithdrawal, requestWithdrawal } from "@closebell/custody";
import { z } from "@hono/zod-openapi";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { presentWithdrawal } from "../presenters/custody.ts";
import { answerOnce } from "../request/answer-once.ts";
import { EXAMPLE_ADDRESS, idIn } from "../schemas/common.ts";
import { requestWithdrawalBody, withdrawalSchema } from "../schemas/custody.ts";
import { idempotencyHeaders, KEY_REFUSALS, replayHeaders } from "../schemas/idempotency.ts";
import { bodyProblems, jsonAnswer, jsonBody, problems } from "../schemas/problem.ts";
import { defaultChain } from "./default-chain.ts";

const tags = ["Money"];

const requestWithdrawalRoute = defineRoute({
  method: "post",
  path: "/withdrawals",
  "x-permission": { own: "own:money", any: "users:act" },
  operationId: "requestWithdrawal",
  summary: "Withdraw",
  description:
    "Moves the amount to withdrawing at once, what is held first; the payment follows. It comes back if the payment fails. A real chain pays only to addresses that the user has saved before (POST /users/{userId}/payout-addresses), and no less than the operator's minimum, but for all there is.",
  tags,
  request: {
    headers: idempotencyHeaders("ever"),
    body: jsonBody(requestWithdrawalBody, { amountMicroUsdc: "5000000", to: EXAMPLE_ADDRESS }),
  },
  responses: {
    201: {
      ...jsonAnswer("The withdrawal, as it was requested.", withdrawalSchema),
      headers: replayHeaders,
    },
    ...bodyProblems(
      "IDEMPOTENCY_KEY_REQUIRED",
      ...KEY_REFUSALS,
      "AMOUNT_INVALID",
      "AMOUNT_OVERFLOW",
      "USER_NOT_FOUND",
      "CHAIN_NOT_FOUND",
      "ADDRESS_INVALID",
      "PAYOUT_ADDRESS_UNKNOWN",
      "PAYOUT_ADDRESS_TOO_NEW",
      "WITHDRAWAL_LIMIT_EXCEEDED",
      "INSUFFICIENT_FUNDS",
      "SCREENING_REFUSED",
    ),
  },
});

const getWithdrawalRoute = defineRoute({
  method: "get",
  path: "/withdrawals/{withdrawalId}",
  "x-permission": { own: "own:read", any: "money:read" },
  operationId: "getWithdrawal",
  summary: "A withdrawal and where it stands",
  tags,
  request: { params: z.strictObject({ withdrawalId: idIn("The withdrawal's id") }) },
  responses: {
    200: jsonAnswer("The withdrawal.", withdrawalSchema),
    ...problems("VALIDATION_FAILED", "WITHDRAWAL_NOT_FOUND"),
  },
});

/** As the verb says it of a withdrawal that does not exist. */
const noWithdrawal = (id: string) =>
  new DomainError("WITHDRAWAL_NOT_FOUND", `There is no withdrawal ${id}.`);

export const withdrawalRoutes = (app: ApiApp, parts: ApiParts): void => {
  const { deps, simulated } = parts;
  app.openapi(requestWithdrawalRoute, async (c) => {
    const { chain, ...body } = c.req.valid("json");
    const userId = c.env.caller.userOf(body.userId);
    const by = await c.env.caller.actingFor(userId);
    const key = c.req.valid("header")["idempotency-key"];
    const idempotencyKey = ownKey(by, userId, key);
    const request = { ...body, userId, chain: chain ?? defaultChain(deps) };
    const answer = await answerOnce(c, parts, {
      route: requestWithdrawalRoute,
      key,
      body: request,
      schema: withdrawalSchema,
      async make(unit) {
        const made = await requestWithdrawal(unit, { ...request, by, idempotencyKey });
        const { withdrawal, replayed } = made;
        const location = `/withdrawals/${withdrawal.id}`;
        return { body: presentWithdrawal(withdrawal, simulated), location, replayed };
      },
    });
    return c.json(answer, 201);
  });
  app.openapi(getWithdrawalRoute, async (c) => {
    const withdrawal = await getWithdrawal(deps, c.req.valid("param"));
    if (!c.env.caller.maySee(withdrawal.userId)) throw noWithdrawal(withdrawal.id);
    return c.json(presentWithdrawal(withdrawal, simulated), 200);
  });
};
