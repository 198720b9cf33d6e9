import { register, requestPasswordReset, resetPassword, verifyEmail } from "@closebell/identity";
import type { ApiApp } from "../../api-env.ts";
import type { ApiParts } from "../../api-parts.ts";
import { defineRoute } from "../../doors/door.ts";
import { presentSignedIn } from "../../presenters/auth.ts";
import { clientOf } from "../../request/client.ts";
import {
  emailBody,
  registerBody,
  resetPasswordBody,
  signedInSchema,
  verifyEmailBody,
} from "../../schemas/auth.ts";
import { bodyProblems, jsonAnswer, jsonBody } from "../../schemas/problem.ts";

const tags = ["Auth"];
const limited = ["RATE_LIMITED", "OVERLOADED"] as const;

const registerRoute = defineRoute({
  method: "post",
  path: "/auth/register",
  "x-permission": "public",
  operationId: "register",
  summary: "Register",
  description:
    "Sends a mail; its token makes the account (POST /auth/verify-email). The answer is the same whether the address has an account or not.",
  tags,
  request: {
    body: jsonBody(registerBody, {
      email: "ada@example.com",
      password: "correct horse battery staple",
    }),
  },
  responses: { 202: { description: "A mail is on its way." }, ...bodyProblems(...limited) },
});

const verifyRoute = defineRoute({
  method: "post",
  path: "/auth/verify-email",
  "x-permission": "public",
  operationId: "verifyEmail",
  summary: "Make the account that was registered",
  tags,
  request: {
    body: jsonBody(verifyEmailBody, {
      token: "cb_mail_…",
      password: "correct horse battery staple",
    }),
  },
  responses: {
    201: jsonAnswer("The new user, signed in.", signedInSchema),
    ...bodyProblems("TOKEN_INVALID", ...limited),
  },
});

const requestResetRoute = defineRoute({
  method: "post",
  path: "/auth/password-reset",
  "x-permission": "public",
  operationId: "requestPasswordReset",
  summary: "Forgot the password",
  description: "Sends a mail if the address has an account. The answer does not tell.",
  tags,
  request: { body: jsonBody(emailBody, { email: "ada@example.com" }) },
  responses: { 202: { description: "A mail is on its way." }, ...bodyProblems(...limited) },
});

const resetRoute = defineRoute({
  method: "post",
  path: "/auth/password-reset/confirm",
  "x-permission": "public",
  operationId: "resetPassword",
  summary: "Set a new password",
  description: "With the token of the mail. Ends every session.",
  tags,
  request: {
    body: jsonBody(resetPasswordBody, {
      token: "cb_mail_…",
      password: "correct horse battery staple",
    }),
  },
  responses: {
    204: { description: "The password is set." },
    ...bodyProblems("TOKEN_INVALID", ...limited),
  },
});

/** Accounts by email. */
export const registerRoutes = (app: ApiApp, { deps }: ApiParts): void => {
  app.openapi(registerRoute, async (c) => {
    const { by } = c.env.caller;
    await register(deps, { by, from: clientOf(c), ...c.req.valid("json") });
    return c.body(null, 202);
  });
  app.openapi(verifyRoute, async (c) => {
    const { by } = c.env.caller;
    const signedIn = await verifyEmail(deps, { by, from: clientOf(c), ...c.req.valid("json") });
    return c.json(presentSignedIn(signedIn), 201);
  });
  app.openapi(requestResetRoute, async (c) => {
    const { by } = c.env.caller;
    await requestPasswordReset(deps, { by, from: clientOf(c), ...c.req.valid("json") });
    return c.body(null, 202);
  });
  app.openapi(resetRoute, async (c) => {
    const { by } = c.env.caller;
    await resetPassword(deps, { by, from: clientOf(c), ...c.req.valid("json") });
    return c.body(null, 204);
  });
};
