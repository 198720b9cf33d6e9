import { recordDeposit } from "@closebell/custody";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { presentDeposit } from "../presenters/custody.ts";
import { answerOnce } from "../request/answer-once.ts";
import { depositSchema, depositWebhookBody } from "../schemas/custody.ts";
import {
  KEY_REFUSALS,
  optionalIdempotencyHeaders,
  replayedHeader,
} from "../schemas/idempotency.ts";
import { EXAMPLE_ID } from "../schemas/common.ts";
import { bodyProblems, jsonAnswer, jsonBody } from "../schemas/problem.ts";
import { defaultChain } from "./default-chain.ts";

const depositRoute = defineRoute({
  method: "post",
  path: "/simulate/deposit_webhook",
  "x-permission": { any: "simulate" },
  operationId: "simulateDeposit",
  summary: "Simulate a deposit",
  description:
    "What a chain's provider would tell us: USDC has arrived, for good. The same `tx` and `log` count once; told again, " +
    "they get the first answer again.",
  tags: ["Simulation"],
  request: {
    headers: optionalIdempotencyHeaders,
    body: jsonBody(depositWebhookBody, {
      userId: EXAMPLE_ID,
      amountMicroUsdc: "25000000",
      tx: "tx-1",
    }),
  },
  responses: {
    201: {
      ...jsonAnswer("The deposit.", depositSchema),
      headers: replayedHeader,
    },
    ...bodyProblems(
      "AMOUNT_INVALID",
      "AMOUNT_OVERFLOW",
      "USER_NOT_FOUND",
      "CHAIN_NOT_FOUND",
      "ADDRESS_INVALID",
      "ADDRESS_UNKNOWN",
      "DEPOSIT_CONFLICT",
      "SANDBOX_ONLY",
      ...KEY_REFUSALS,
    ),
  },
});

/** Does not exist where every chain is real. */
export const simulateDepositRoutes = (app: ApiApp, parts: ApiParts): void => {
  const { deps, simulated } = parts;
  if (!simulated.anyChain()) return;
  app.openapi(depositRoute, async (c) => {
    const { chain, ...body } = c.req.valid("json");
    const { by } = c.env.caller;
    const request = { ...body, chain: chain ?? defaultChain(deps) };
    const answer = await answerOnce(c, parts, {
      route: depositRoute,
      key: c.req.valid("header")["idempotency-key"],
      body: request,
      schema: depositSchema,
      async make(unit) {
        const { deposit, replayed } = await recordDeposit(unit, { ...request, by });
        return { body: presentDeposit(deposit, simulated), replayed };
      },
    });
    return c.json(answer, 201);
  });
};
