import { refreshSession, signIn, signInWithWallet, startWalletSignIn } from "@closebell/identity";
import type { ApiApp } from "../../api-env.ts";
import type { ApiParts } from "../../api-parts.ts";
import { defineRoute } from "../../doors/door.ts";
import { presentSignedIn } from "../../presenters/auth.ts";
import { clientOf } from "../../request/client.ts";
import {
  challengeBody,
  challengeSchema,
  refreshBody,
  signedInSchema,
  signInBody,
  walletSignInBody,
} from "../../schemas/auth.ts";
import { EXAMPLE_ADDRESS } from "../../schemas/common.ts";
import { bodyProblems, jsonAnswer, jsonBody } from "../../schemas/problem.ts";

const tags = ["Auth"];
const limited = ["RATE_LIMITED", "OVERLOADED"] as const;

const signInRoute = defineRoute({
  method: "post",
  path: "/auth/sign-in",
  "x-permission": "public",
  operationId: "signIn",
  summary: "Sign in with a password",
  description: "Attempts are limited by account and by address.",
  tags,
  request: {
    body: jsonBody(signInBody, {
      email: "ada@example.com",
      password: "correct horse battery staple",
    }),
  },
  responses: {
    200: jsonAnswer("Signed in.", signedInSchema),
    ...bodyProblems("SIGN_IN_FAILED", "SECOND_FACTOR_REQUIRED", ...limited),
  },
});

const challengeRoute = defineRoute({
  method: "post",
  path: "/auth/sign-in/wallet/challenge",
  "x-permission": "public",
  operationId: "startWalletSignIn",
  summary: "Begin to sign in with a wallet",
  description: "Gives the message to sign (EIP-4361). It counts once, and not for long.",
  tags,
  request: { body: jsonBody(challengeBody, { address: EXAMPLE_ADDRESS, chainId: 1 }) },
  responses: {
    201: jsonAnswer("What to sign.", challengeSchema),
    ...bodyProblems("ADDRESS_INVALID", ...limited),
  },
});

const walletRoute = defineRoute({
  method: "post",
  path: "/auth/sign-in/wallet",
  "x-permission": "public",
  operationId: "signInWithWallet",
  summary: "Sign in with a wallet",
  description: "The first time, this makes the account.",
  tags,
  request: {
    body: jsonBody(walletSignInBody, {
      message: "api.example wants you to sign in with your Ethereum account: …",
      signature: "0x…",
    }),
  },
  responses: {
    200: jsonAnswer("Signed in.", signedInSchema),
    ...bodyProblems("SIGN_IN_FAILED", "SECOND_FACTOR_REQUIRED", "TOKEN_INVALID", ...limited),
  },
});

const refreshRoute = defineRoute({
  method: "post",
  path: "/auth/refresh",
  "x-permission": "public",
  operationId: "refreshSession",
  summary: "Get new tokens",
  description:
    "A refresh token counts once. Sent again within 10 s it gets the same new tokens again; later, it ends the session, since somebody else may have it.",
  tags,
  request: { body: jsonBody(refreshBody, { refreshToken: "cb_refresh_…" }) },
  responses: {
    200: jsonAnswer("New tokens.", signedInSchema),
    ...bodyProblems("UNAUTHENTICATED", ...limited),
  },
});

/** Ways in. */
export const signInRoutes = (app: ApiApp, { deps }: ApiParts): void => {
  app.openapi(signInRoute, async (c) => {
    const { by } = c.env.caller;
    const signedIn = await signIn(deps, { by, from: clientOf(c), ...c.req.valid("json") });
    return c.json(presentSignedIn(signedIn), 200);
  });
  app.openapi(challengeRoute, async (c) => {
    const { by } = c.env.caller;
    const started = await startWalletSignIn(deps, {
      by,
      from: clientOf(c),
      ...c.req.valid("json"),
    });
    return c.json({ ...started, expiresAt: started.expiresAt.toString() }, 201);
  });
  app.openapi(walletRoute, async (c) => {
    const { by } = c.env.caller;
    const signedIn = await signInWithWallet(deps, {
      by,
      from: clientOf(c),
      ...c.req.valid("json"),
    });
    return c.json(presentSignedIn(signedIn), 200);
  });
  app.openapi(refreshRoute, async (c) => {
    const { by } = c.env.caller;
    const signedIn = await refreshSession(deps, { by, ...c.req.valid("json") });
    return c.json(presentSignedIn(signedIn), 200);
  });
};
