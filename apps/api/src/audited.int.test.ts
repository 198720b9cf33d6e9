import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { SYSTEM_ACTORS } from "@closebell/context";
import { type ApiHarness, apiHarness } from "./testing/api-harness.ts";
import type { Answer, AskInit } from "./testing/asking.ts";

const EMAIL = "ada@example.com";
const PASSWORD = "correct horse battery";

let h: ApiHarness;
beforeAll(async () => {
  h = await apiHarness();
});
afterAll(() => h[Symbol.asyncDispose]());

interface Row extends Record<string, unknown> {
  readonly action: string;
  readonly actor: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

/** Asks with a request id of its own, and reads what the audit log has under that. */
const asking = async (method: string, path: string, init: AskInit = {}) => {
  const requestId = randomUUID();
  const answer: Answer = await h.ask(method, path, {
    credential: null,
    ...init,
    headers: { "X-Request-Id": requestId, ...init.headers },
  });
  const rows = await h.rounds.scratch.owner.sql<Row[]>`
    select action, actor, subject, reason, before, after from database.audit where request_id = ${requestId} order by id`;
  return { answer, rows: [...rows] };
};

const signIn = (password: string) =>
  asking("POST", "/auth/sign-in", { json: { email: EMAIL, password } });

/** Registers and confirms; who they are, and their token. */
const register = async () => {
  await asking("POST", "/auth/register", { json: { email: EMAIL, password: PASSWORD } });
  const token = await h.mailedTo(EMAIL);
  const { answer, rows } = await asking("POST", "/auth/verify-email", {
    json: { token, password: PASSWORD },
  });
  const id = answer.at("user.id") ?? "";
  expect(rows.map(({ action, actor }) => [action, actor])).toEqual([
    ["user.register", id],
    ["session.start", id],
  ]);
  return { id, credential: answer.at("accessToken") ?? "" };
};

const nothing = { reason: null, before: null, after: null };

test("whoever signs in, makes a key or sets a limit is on record: who, what, before and after, in which request", async () => {
  const { id, credential } = await register();
  const subject = `user/${id}`;
  const failed = await signIn("wrong horse");
  expect(failed.rows).toEqual([
    {
      ...nothing,
      action: "sign-in.fail",
      actor: SYSTEM_ACTORS.anonymous.id,
      subject,
      after: { failedAt: "name or password", address: "unknown" },
    },
  ]);
  const session = await signIn(PASSWORD);
  expect(session.rows).toEqual([
    { ...nothing, action: "session.start", actor: id, subject, after: expect.any(Object) },
  ]);
  const out = await asking("POST", "/auth/sign-out", {
    credential: session.answer.at("accessToken") ?? "",
  });
  expect(out.rows).toMatchObject([{ action: "session.end", actor: id, subject }]);
  const key = await asking("POST", "/auth/api-keys", {
    credential,
    json: { name: "a bot", scopes: ["own:read"] },
  });
  const keyId = key.answer.at("apiKey.id") ?? key.answer.at("id");
  expect(key.rows).toMatchObject([{ action: "api-key.create", actor: id, before: null }]);
  const gone = await asking("DELETE", `/auth/api-keys/${keyId}`, { credential });
  expect(gone.rows).toMatchObject([
    { action: "api-key.revoke", actor: id, subject: keyId, before: expect.any(Object) },
  ]);
  const limitAt = `/users/${id}/protection/limits/stake/day`;
  const limit = (amountMicroUsdc: string) =>
    asking("PUT", limitAt, { credential, json: { amountMicroUsdc } });
  await limit("100");
  expect((await limit("50")).rows).toMatchObject([
    {
      action: "limit.set",
      actor: id,
      subject,
      before: { kind: "stake", period: "day", amountMicroUsdc: "100" },
      after: { kind: "stake", period: "day", amountMicroUsdc: "50" },
    },
  ]);
});

test("what staff do to a player is on record with their reason, and that they acted for them", async () => {
  const userId = await h.player("1000");
  const staffId = randomUUID();
  const credential = h.credentials.issue({ roles: ["admin"], userId: staffId });
  const subject = `user/${userId}`;
  const block = (to: "block" | "unblock") =>
    asking("POST", `/users/${userId}/protection/${to}`, {
      credential,
      json: { reason: `${to}: case 118` },
    });
  for (const to of ["block", "unblock"] as const)
    expect((await block(to)).rows).toContainEqual(
      expect.objectContaining({
        action: `user.${to}`,
        actor: staffId,
        subject,
        reason: `${to}: case 118`,
      }),
    );
  const json = { userId, side: "UP", stakeMicroUsdc: "1" };
  const headers = { "Idempotency-Key": "acting" };
  expect((await asking("POST", "/bets", { credential, json, headers })).rows).toEqual([
    { ...nothing, action: "user.acted-for", actor: staffId, subject },
  ]);
});
