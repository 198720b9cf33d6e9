import { confirmTotp, enrolTotp, removeTotp } from "@closebell/identity";
import type { ApiApp } from "../../api-env.ts";
import type { ApiParts } from "../../api-parts.ts";
import { defineRoute } from "../../doors/door.ts";
import { clientOf } from "../../request/client.ts";
import {
  enrolTotpBody,
  recoveryCodesSchema,
  removeTotpBody,
  totpBody,
  totpSecretSchema,
} from "../../schemas/auth.ts";
import { bodyProblems, jsonAnswer, jsonBody } from "../../schemas/problem.ts";
import { sessionOf } from "./sessions.ts";

const tags = ["Auth"];
const OWN = { own: "own:credentials" } as const;
const refusals = bodyProblems(
  "SIGN_IN_FAILED",
  "SECOND_FACTOR_REQUIRED",
  "TOKEN_INVALID",
  "USER_NOT_FOUND",
  "RATE_LIMITED",
  "OVERLOADED",
);

const enrolRoute = defineRoute({
  method: "post",
  path: "/auth/totp",
  "x-permission": OWN,
  operationId: "enrolTotp",
  summary: "Enrol a second factor",
  description: "It counts once confirmed. Staff need one.",
  tags,
  request: { body: jsonBody(enrolTotpBody, {}) },
  responses: { 201: jsonAnswer("For your authenticator.", totpSecretSchema), ...refusals },
});

const confirmRoute = defineRoute({
  method: "post",
  path: "/auth/totp/confirm",
  "x-permission": OWN,
  operationId: "confirmTotp",
  summary: "Confirm the second factor",
  description:
    "With its first code. Refresh the tokens afterwards: the new ones have all you may do.",
  tags,
  request: { body: jsonBody(totpBody, { code: "492039" }) },
  responses: { 200: jsonAnswer("Keep these.", recoveryCodesSchema), ...refusals },
});

const removeRoute = defineRoute({
  method: "post",
  path: "/auth/totp/remove",
  "x-permission": OWN,
  operationId: "removeTotp",
  summary: "Remove the second factor",
  description: "With a current code, or a recovery code. Ends every session.",
  tags,
  request: { body: jsonBody(removeTotpBody, { code: "492039" }) },
  responses: { 204: { description: "It is removed." }, ...refusals },
});

/** One-time codes (RFC 6238). */
export const secondFactorRoutes = (app: ApiApp, { deps }: ApiParts): void => {
  app.openapi(enrolRoute, async (c) => {
    const { by } = c.env.caller;
    const secret = await enrolTotp(deps, { by, from: clientOf(c), ...c.req.valid("json") });
    return c.json({ secret: secret.secret, uri: secret.uri }, 201);
  });
  app.openapi(confirmRoute, async (c) => {
    const { caller } = c.env;
    const { recoveryCodes } = await confirmTotp(deps, {
      by: caller.by,
      from: clientOf(c),
      sessionId: sessionOf(caller),
      ...c.req.valid("json"),
    });
    return c.json({ recoveryCodes: [...recoveryCodes] }, 200);
  });
  app.openapi(removeRoute, async (c) => {
    const { by } = c.env.caller;
    await removeTotp(deps, { by, from: clientOf(c), ...c.req.valid("json") });
    return c.body(null, 204);
  });
};
