import { DomainError } from "@closebell/context";
import {
  changePassword,
  endAllSessions,
  endSession,
  getUser,
  listSessions,
} from "@closebell/identity";
import type { ApiApp } from "../../api-env.ts";
import type { ApiParts } from "../../api-parts.ts";
import { defineRoute } from "../../doors/door.ts";
import { presentPrincipal, presentSession } from "../../presenters/auth.ts";
import type { Caller } from "../../request/caller.ts";
import { clientOf } from "../../request/client.ts";
import {
  changePasswordBody,
  endedSchema,
  principalSchema,
  sessionParams,
  sessionsSchema,
} from "../../schemas/auth.ts";
import { bodyProblems, jsonAnswer, jsonBody, problems } from "../../schemas/problem.ts";

const tags = ["Auth"];
const OWN = { own: "own:credentials" } as const;

const meRoute = defineRoute({
  method: "get",
  path: "/auth/me",
  "x-permission": {},
  operationId: "getPrincipal",
  summary: "Who am I",
  description: "Whom this credential proves, and what it may do.",
  tags,
  responses: { 200: jsonAnswer("You.", principalSchema), ...problems("USER_NOT_FOUND") },
});

const listRoute = defineRoute({
  method: "get",
  path: "/auth/sessions",
  "x-permission": OWN,
  operationId: "listSessions",
  summary: "Where you are signed in",
  tags,
  responses: { 200: jsonAnswer("Your sessions.", sessionsSchema), ...problems() },
});

const endRoute = defineRoute({
  method: "delete",
  path: "/auth/sessions/{sessionId}",
  "x-permission": OWN,
  operationId: "endSession",
  summary: "End a session",
  tags,
  request: { params: sessionParams },
  responses: {
    204: { description: "It is ended." },
    ...problems("VALIDATION_FAILED", "SESSION_NOT_FOUND"),
  },
});

const endAllRoute = defineRoute({
  method: "delete",
  path: "/auth/sessions",
  "x-permission": OWN,
  operationId: "endAllSessions",
  summary: "End every session",
  description: "This one too.",
  tags,
  responses: { 200: jsonAnswer("They are ended.", endedSchema), ...problems() },
});

const signOutRoute = defineRoute({
  method: "post",
  path: "/auth/sign-out",
  "x-permission": OWN,
  operationId: "signOut",
  summary: "Sign out",
  description: "Ends the session whose access token this is.",
  tags,
  responses: { 204: { description: "Signed out." }, ...problems("SESSION_NOT_FOUND") },
});

const passwordRoute = defineRoute({
  method: "post",
  path: "/auth/password",
  "x-permission": OWN,
  operationId: "changePassword",
  summary: "Change the password",
  description: "Ends every other session.",
  tags,
  request: {
    body: jsonBody(changePasswordBody, {
      currentPassword: "correct horse battery staple",
      newPassword: "battery staple correct horse",
    }),
  },
  responses: {
    200: jsonAnswer("It is changed.", endedSchema),
    ...bodyProblems("SIGN_IN_FAILED", "RATE_LIMITED", "OVERLOADED"),
  },
});

/** The session that asks; null for an API key, which has none. */
export const sessionOf = ({ principal }: Caller): string | null =>
  principal?.credential.kind === "access-token" ? principal.credential.id : null;

/** What one has signed in with, and where. */
export const sessionRoutes = (app: ApiApp, { deps }: ApiParts): void => {
  app.openapi(meRoute, async (c) => {
    const { principal, by } = c.env.caller;
    if (principal === undefined) throw new DomainError("UNAUTHENTICATED", "Say who you are.");
    const user = await getUser(deps, { userId: by.actor.id });
    return c.json(presentPrincipal(principal, user), 200);
  });
  app.openapi(listRoute, async (c) => {
    const { caller } = c.env;
    const sessions = await listSessions(deps, { userId: caller.by.actor.id });
    const current = sessionOf(caller) ?? undefined;
    return c.json({ items: sessions.map((one) => presentSession(one, current)) }, 200);
  });
  app.openapi(endRoute, async (c) => {
    const { by } = c.env.caller;
    await endSession(deps, { by, ...c.req.valid("param") });
    return c.body(null, 204);
  });
  app.openapi(endAllRoute, async (c) => {
    const { by } = c.env.caller;
    const ended = await endAllSessions(deps, { by });
    return c.json({ ended: ended.ended }, 200);
  });
  app.openapi(signOutRoute, async (c) => {
    const { caller } = c.env;
    const sessionId = sessionOf(caller);
    if (sessionId === null)
      throw new DomainError("SESSION_NOT_FOUND", "An API key has no session. Revoke it instead.");
    await endSession(deps, { by: caller.by, sessionId });
    return c.body(null, 204);
  });
  app.openapi(passwordRoute, async (c) => {
    const { caller } = c.env;
    const { ended } = await changePassword(deps, {
      by: caller.by,
      from: clientOf(c),
      sessionId: sessionOf(caller),
      ...c.req.valid("json"),
    });
    return c.json({ ended }, 200);
  });
};
