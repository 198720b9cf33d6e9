import { publicKeys } from "@closebell/identity";
import type { ApiApp } from "../../api-env.ts";
import type { ApiParts } from "../../api-parts.ts";
import { defineRoute } from "../../doors/door.ts";
import { jwksSchema } from "../../schemas/auth.ts";
import { jsonAnswer, problems } from "../../schemas/problem.ts";

const jwksRoute = defineRoute({
  method: "get",
  path: "/.well-known/jwks.json",
  "x-permission": "public",
  operationId: "getJwks",
  summary: "What access tokens are signed with",
  description:
    "Public keys (RFC 7517). A new one is here before it signs, an old one stays until nothing that it signed counts.",
  tags: ["Auth"],
  responses: { 200: jsonAnswer("The keys.", jwksSchema), ...problems() },
});

export const jwksRoutes = (app: ApiApp, { deps }: ApiParts): void => {
  app.openapi(jwksRoute, async (c) => {
    const { keys } = await publicKeys(deps);
    // half of how long a new key is here before it signs
    c.header("Cache-Control", "public, max-age=300");
    return c.json({ keys: [...keys] }, 200);
  });
};
