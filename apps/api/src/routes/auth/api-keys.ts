import {
  createApiKey,
  listApiKeys,
  permissionsBehindSecondFactor,
  revokeApiKey,
} from "@closebell/identity";
import { z } from "@hono/zod-openapi";
import type { ApiApp } from "../../api-env.ts";
import type { ApiParts } from "../../api-parts.ts";
import { defineRoute } from "../../doors/door.ts";
import { secondFactorMissing } from "../../doors/second-factor-missing.ts";
import { presentApiKey } from "../../presenters/auth.ts";
import { presentPage } from "../../presenters/page.ts";
import {
  apiKeyParams,
  apiKeySchema,
  createApiKeyBody,
  newApiKeySchema,
} from "../../schemas/auth.ts";
import { pageOf, pageQuery } from "../../schemas/page.ts";
import { bodyProblems, jsonAnswer, jsonBody, problems } from "../../schemas/problem.ts";

const tags = ["Auth"];
const OWN = { own: "own:credentials" } as const;

const listRoute = defineRoute({
  method: "get",
  path: "/auth/api-keys",
  "x-permission": OWN,
  operationId: "listApiKeys",
  summary: "Your API keys",
  description: "Newest first, the expired and revoked too.",
  tags,
  request: { query: z.strictObject(pageQuery) },
  responses: {
    200: jsonAnswer("A page.", pageOf(apiKeySchema, "ApiKeyPage")),
    ...problems("VALIDATION_FAILED", "CURSOR_INVALID"),
  },
});

const createRoute = defineRoute({
  method: "post",
  path: "/auth/api-keys",
  "x-permission": OWN,
  operationId: "createApiKey",
  summary: "Make an API key",
  description:
    "For a program. It may do what both its scopes and your roles allow, but never change credentials, and it expires. You may make 20 an hour.",
  tags,
  request: { body: jsonBody(createApiKeyBody, { name: "trading bot" }) },
  responses: {
    201: jsonAnswer("The key, shown this once.", newApiKeySchema),
    ...bodyProblems("USER_NOT_FOUND"),
  },
});

const revokeRoute = defineRoute({
  method: "delete",
  path: "/auth/api-keys/{apiKeyId}",
  "x-permission": OWN,
  operationId: "revokeApiKey",
  summary: "Revoke an API key",
  description: "For good, and at once.",
  tags,
  request: { params: apiKeyParams },
  responses: {
    204: { description: "It is revoked." },
    ...problems("VALIDATION_FAILED", "API_KEY_NOT_FOUND"),
  },
});

/** Keys for machines. */
export const apiKeyRoutes = (app: ApiApp, { deps }: ApiParts): void => {
  app.openapi(listRoute, async (c) => {
    const userId = c.env.caller.by.actor.id;
    const page = await listApiKeys(deps, { userId, ...c.req.valid("query") });
    return c.json(presentPage(page, presentApiKey), 200);
  });
  app.openapi(createRoute, async (c) => {
    const { by, principal } = c.env.caller;
    if (principal !== undefined && permissionsBehindSecondFactor(principal).size > 0)
      throw secondFactorMissing();
    const made = await createApiKey(deps, {
      by,
      within: principal?.permissions,
      ...c.req.valid("json"),
    });
    return c.json({ apiKey: presentApiKey(made.apiKey), key: made.key }, 201);
  });
  app.openapi(revokeRoute, async (c) => {
    const { by } = c.env.caller;
    await revokeApiKey(deps, { by, userId: by.actor.id, ...c.req.valid("param") });
    return c.body(null, 204);
  });
};
