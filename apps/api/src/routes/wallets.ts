import { ensureWallet, getWallets } from "@closebell/custody";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { presentWallet } from "../presenters/custody.ts";
import { answerOnce } from "../request/answer-once.ts";
import { ensureWalletBody, walletSchema, walletsSchema } from "../schemas/custody.ts";
import {
  KEY_REFUSALS,
  optionalIdempotencyHeaders,
  replayedHeader,
} from "../schemas/idempotency.ts";
import { bodyProblems, jsonAnswer, jsonBody, problems } from "../schemas/problem.ts";
import { screen } from "../request/screen.ts";
import { defaultChain } from "./default-chain.ts";
import { userParams } from "./users.ts";

const ensureWalletRoute = defineRoute({
  method: "post",
  path: "/wallets",
  "x-permission": { own: "own:money", any: "users:act" },
  operationId: "ensureWallet",
  summary: "A user's deposit address",
  description: "One address per user and chain: made on first use, the same ever after.",
  tags: ["Money"],
  request: { headers: optionalIdempotencyHeaders, body: jsonBody(ensureWalletBody, {}) },
  responses: {
    201: { ...jsonAnswer("The wallet.", walletSchema), headers: replayedHeader },
    ...bodyProblems("USER_NOT_FOUND", "CHAIN_NOT_FOUND", "SCREENING_REFUSED", ...KEY_REFUSALS),
  },
});

const getWalletsRoute = defineRoute({
  method: "get",
  path: "/users/{userId}/wallets",
  "x-permission": { own: "own:read", any: "users:read" },
  operationId: "listUserWallets",
  summary: "A user's deposit addresses",
  tags: ["Users"],
  request: { params: userParams },
  responses: {
    200: jsonAnswer("The wallets, by chain.", walletsSchema),
    ...problems("VALIDATION_FAILED", "USER_NOT_FOUND"),
  },
});

export const walletRoutes = (app: ApiApp, parts: ApiParts): void => {
  const { deps, simulated } = parts;
  app.openapi(ensureWalletRoute, async (c) => {
    const { chain, ...body } = c.req.valid("json");
    const userId = c.env.caller.userOf(body.userId);
    const by = await c.env.caller.actingFor(userId);
    const request = { userId, chain: chain ?? defaultChain(deps) };
    await screen(deps, { by, userId });
    const answer = await answerOnce(c, parts, {
      route: ensureWalletRoute,
      key: c.req.valid("header")["idempotency-key"],
      body: request,
      schema: walletSchema,
      async make(unit) {
        const wallet = await ensureWallet(unit, { ...request, by });
        return { body: presentWallet(wallet, simulated) };
      },
    });
    return c.json(answer, 201);
  });
  app.openapi(getWalletsRoute, async (c) => {
    const wallets = await getWallets(deps, c.req.valid("param"));
    return c.json({ items: wallets.map((wallet) => presentWallet(wallet, simulated)) }, 200);
  });
};
