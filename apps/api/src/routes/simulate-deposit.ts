import { recordDeposit } from "@closebell/custody";
import { z } from "@hono/zod-openapi";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { presentDeposit } from "../presenters/custody.ts";
import { depositSchema, depositWebhookBody } from "../schemas/custody.ts";
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
  request: { body: jsonBody(depositWebhookBody) },
  responses: {
    201: {
      ...jsonAnswer("The deposit.", depositSchema),
      headers: z.object({ "Idempotency-Replayed": z.literal("true").optional() }),
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
    ),
  },
});

/** Does not exist where every chain is real. */
export const simulateDepositRoutes = (app: ApiApp, { deps, simulated }: ApiParts): void => {
  if (!simulated.anyChain()) return;
  app.openapi(depositRoute, async (c) => {
    const { chain, ...body } = c.req.valid("json");
    const { deposit, replayed } = await recordDeposit(deps, {
      ...body,
      by: c.env.caller.by,
      chain: chain ?? defaultChain(deps),
    });
    if (replayed) c.header("Idempotency-Replayed", "true");
    return c.json(presentDeposit(deposit, simulated), 201);
  });
};
