import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { apiHarness, type ApiHarness } from "./testing/api-harness.ts";
import { lonelyApi } from "./testing/lonely-api.ts";
import { operationsOf } from "./testing/operations.ts";

/** What needs more than can be made up: a mailed token, a signature, a code, a limit asked for earlier, or money held. */
const NEEDS_MORE: Readonly<Record<string, number>> = {
  "POST /auth/verify-email": 422,
  "POST /auth/password-reset/confirm": 422,
  "POST /auth/password": 401,
  "POST /auth/sign-in": 401,
  "POST /auth/sign-in/wallet": 422,
  "POST /auth/refresh": 401,
  "POST /auth/totp/confirm": 422,
  "POST /auth/totp/remove": 422,
  "POST /users/{userId}/protection/limits/{kind}/{period}/confirmations": 409,
  "POST /users/{userId}/protection/held-uses": 409,
};

let h: ApiHarness;

beforeAll(async () => {
  h = await apiHarness();
  await h.moveTo("2026-11-20T22:00:00Z");
});

afterAll(() => h[Symbol.asyncDispose]());

const lonely = lonelyApi();
const posted = operationsOf(lonely.api).filter(
  ({ operation }) => operation.requestBody !== undefined,
);
await lonely[Symbol.asyncDispose]();

test.each(posted.map((one) => [one.name, one] as const))(
  "the example of %s does what it says, unless it needs what cannot be made up",
  async (name, { method, path, operation }) => {
    const userId = await h.player("25000000");
    const filled = path
      .replace("{userId}", userId)
      .replace("{kind}", "deposit")
      .replace("{period}", "day");
    const body = operation.requestBody;
    const example: unknown =
      body !== undefined && "content" in body
        ? body.content["application/json"]?.example
        : undefined;
    const own = "own" in Object(operation["x-permission"]);
    const json = "userId" in Object(example) ? { ...Object(example), userId } : example;
    const ask = own ? h.asUser(userId) : h.ask;
    const answer = await ask(method, filled, {
      json,
      headers: { "Idempotency-Key": randomUUID() },
    });
    const expected = NEEDS_MORE[name];
    if (expected === undefined)
      expect([answer.status < 400, answer.text]).toEqual([true, answer.text]);
    else expect([answer.status, answer.text]).toEqual([expected, answer.text]);
  },
);
