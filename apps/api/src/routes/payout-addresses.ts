import { listPayoutAddresses, removePayoutAddress, savePayoutAddress } from "@closebell/custody";
import type { ApiApp } from "../api-env.ts";
import type { ApiParts } from "../api-parts.ts";
import { defineRoute } from "../doors/door.ts";
import { presentPayoutAddress } from "../presenters/custody.ts";
import { answerOnce } from "../request/answer-once.ts";
import {
  payoutAddressesSchema,
  payoutAddressParams,
  payoutAddressQuery,
  payoutAddressSchema,
  savePayoutAddressBody,
} from "../schemas/custody.ts";
import {
  KEY_REFUSALS,
  optionalIdempotencyHeaders,
  replayedHeader,
} from "../schemas/idempotency.ts";
import { EXAMPLE_ADDRESS } from "../schemas/common.ts";
import { bodyProblems, jsonAnswer, jsonBody, problems } from "../schemas/problem.ts";
import { defaultChain } from "./default-chain.ts";
import { userParams } from "./users.ts";

const path = "/users/{userId}/payout-addresses";
const tags = ["Money"];

const listRoute = defineRoute({
  method: "get",
  path,
  "x-permission": { own: "own:read", any: "users:read" },
  operationId: "listPayoutAddresses",
  summary: "Where a user may be paid",
  description: "The addresses the user has saved, with the moment from which each may be paid to.",
  tags,
  request: { params: userParams },
  responses: {
    200: jsonAnswer("The addresses.", payoutAddressesSchema),
    ...problems("VALIDATION_FAILED", "USER_NOT_FOUND"),
  },
});

const saveRoute = defineRoute({
  method: "post",
  path,
  "x-permission": { own: "own:money", any: "users:act" },
  operationId: "savePayoutAddress",
  summary: "Save an address to be paid at",
  description:
    "A new address waits before it may be paid to, so that whoever takes over an account can't empty it at once; the user is written to, where there is a mail address. Saving it again changes nothing.",
  tags,
  request: {
    params: userParams,
    headers: optionalIdempotencyHeaders,
    body: jsonBody(savePayoutAddressBody, { address: EXAMPLE_ADDRESS }),
  },
  responses: {
    201: {
      ...jsonAnswer("The address, as it is saved.", payoutAddressSchema),
      headers: replayedHeader,
    },
    ...bodyProblems("USER_NOT_FOUND", "CHAIN_NOT_FOUND", "ADDRESS_INVALID", ...KEY_REFUSALS),
  },
});

const removeRoute = defineRoute({
  method: "delete",
  path: `${path}/{address}`,
  "x-permission": { own: "own:money", any: "users:act" },
  operationId: "removePayoutAddress",
  summary: "Remove an address",
  description:
    "At once. Withdrawals to it that were asked for before go on. Saved again, it waits again.",
  tags,
  request: { params: payoutAddressParams, query: payoutAddressQuery },
  responses: {
    204: { description: "It is removed." },
    ...problems(
      "VALIDATION_FAILED",
      "USER_NOT_FOUND",
      "CHAIN_NOT_FOUND",
      "ADDRESS_INVALID",
      "PAYOUT_ADDRESS_UNKNOWN",
    ),
  },
});

export const payoutAddressRoutes = (app: ApiApp, parts: ApiParts): void => {
  const { deps, simulated } = parts;
  app.openapi(listRoute, async (c) => {
    const saved = await listPayoutAddresses(deps, c.req.valid("param"));
    return c.json({ items: saved.map((one) => presentPayoutAddress(one, simulated)) }, 200);
  });
  app.openapi(saveRoute, async (c) => {
    const { userId } = c.req.valid("param");
    const { address, chain } = c.req.valid("json");
    const by = await c.env.caller.actingFor(userId);
    const request = { userId, chain: chain ?? defaultChain(deps), address };
    const answer = await answerOnce(c, parts, {
      route: saveRoute,
      key: c.req.valid("header")["idempotency-key"],
      body: request,
      schema: payoutAddressSchema,
      async make(unit) {
        const saved = await savePayoutAddress(unit, { ...request, by });
        return { body: presentPayoutAddress(saved, simulated) };
      },
    });
    return c.json(answer, 201);
  });
  app.openapi(removeRoute, async (c) => {
    const { userId, address } = c.req.valid("param");
    await removePayoutAddress(deps, {
      by: await c.env.caller.actingFor(userId),
      userId,
      chain: c.req.valid("query").chain ?? defaultChain(deps),
      address,
    });
    return c.body(null, 204);
  });
};
