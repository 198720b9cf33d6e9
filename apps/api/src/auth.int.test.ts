import { afterAll, beforeAll, expect, test } from "bun:test";
import { scriptedSignature, staffWith } from "@closebell/identity/testing";
import { generateSync } from "otplib";
import { type ApiHarness, apiHarness } from "./testing/api-harness.ts";
import type { Answer, Ask } from "./testing/asking.ts";

const PASSWORD = "correct horse battery";

let h: ApiHarness;
let nobody: Ask;

beforeAll(async () => {
  h = await apiHarness();
  nobody = h.as(null);
});

afterAll(() => h[Symbol.asyncDispose]());

const asHolder =
  (credential: string | undefined): Ask =>
  (method, path, init = {}) =>
    h.ask(method, path, { credential: credential ?? null, ...init });

/** Registers and confirms: the answer with the first tokens. */
const enter = async (email: string): Promise<Answer> => {
  const asked = await nobody("POST", "/auth/register", { json: { email, password: PASSWORD } });
  expect([asked.status, asked.text]).toEqual([202, ""]);
  const json = { token: await h.mailedTo(email), password: PASSWORD };
  const entered = await nobody("POST", "/auth/verify-email", { json });
  expect(entered.status).toBe(201);
  return entered;
};

const signIn = (email: string, change: object = {}): Promise<Answer> =>
  nobody("POST", "/auth/sign-in", { json: { email, password: PASSWORD, ...change } });

test("somebody registers, plays with their token, and is out once signed out", async () => {
  const entered = await enter("ada@example.com");
  const ask = asHolder(entered.at("accessToken"));
  const me = await ask("GET", "/auth/me");
  expect([me.status, me.at("user.id"), me.at("roles")]).toEqual([
    200,
    entered.at("user.id"),
    '["player"]',
  ]);
  const balance = await ask("GET", `/users/${entered.at("user.id")}/balance`);
  expect([balance.status, balance.at("availableMicroUsdc")]).toEqual([200, "0"]);
  expect((await ask("POST", "/users", { json: {} })).status).toBe(403);
  expect((await ask("POST", "/auth/sign-out")).status).toBe(204);
  const after = await ask("GET", "/auth/me");
  expect([after.status, after.at("code")]).toEqual([401, "UNAUTHENTICATED"]);
});

test("an address that has an account is answered as one that has none", async () => {
  await enter("eve@example.com");
  const again = await nobody("POST", "/auth/register", {
    json: { email: "EVE@example.com", password: PASSWORD },
  });
  expect([again.status, again.text]).toEqual([202, ""]);
  const wrong = await signIn("eve@example.com", { password: "not the password" });
  const unknown = await signIn("nobody@example.com");
  const refusal = ({ status, at }: Answer) => [status, at("code"), at("detail")];
  expect(refusal(wrong)).toEqual(refusal(unknown));
  expect(wrong.at("code")).toBe("SIGN_IN_FAILED");
  expect(wrong.headers.get("WWW-Authenticate")).toStartWith("Bearer");
  for (const email of ["eve@example.com", "nobody@example.com"]) {
    const asked = await nobody("POST", "/auth/password-reset", { json: { email } });
    expect([asked.status, asked.text]).toEqual([202, ""]);
  }
});

test("a forgotten password is set anew by mail, and ends every session", async () => {
  const entered = await enter("bob@example.com");
  await nobody("POST", "/auth/password-reset", { json: { email: "bob@example.com" } });
  const token = await h.mailedTo("bob@example.com");
  const password = "another horse battery";
  const set = await nobody("POST", "/auth/password-reset/confirm", { json: { token, password } });
  expect(set.status).toBe(204);
  const twice = await nobody("POST", "/auth/password-reset/confirm", { json: { token, password } });
  expect([twice.status, twice.at("code")]).toEqual([422, "TOKEN_INVALID"]);
  expect((await asHolder(entered.at("accessToken"))("GET", "/auth/me")).status).toBe(401);
  expect((await signIn("bob@example.com")).status).toBe(401);
  const ask = asHolder((await signIn("bob@example.com", { password })).at("accessToken"));
  const json = { currentPassword: password, newPassword: "a third horse battery" };
  const changed = await ask("POST", "/auth/password", { json });
  expect([changed.status, changed.at("ended")]).toEqual([200, "0"]);
});

test("tokens are refreshed, and a refresh token of before is taken for stolen", async () => {
  const first = await enter("cy@example.com");
  const refresh = (refreshToken: string | undefined) =>
    nobody("POST", "/auth/refresh", { json: { refreshToken } });
  const second = await refresh(first.at("refreshToken"));
  expect(second.status).toBe(200);
  expect(second.at("refreshToken")).not.toBe(first.at("refreshToken"));
  const third = await refresh(second.at("refreshToken"));
  expect((await asHolder(third.at("accessToken"))("GET", "/auth/me")).status).toBe(200);
  const forged = await refresh("cb_refresh_forged");
  expect([forged.status, forged.at("code")]).toEqual([401, "UNAUTHENTICATED"]);
});

test("sessions are listed and ended one by one or all at once; nobody else's are found", async () => {
  const first = await enter("di@example.com");
  const second = await signIn("di@example.com");
  const ask = asHolder(second.at("accessToken"));
  const listed = await ask("GET", "/auth/sessions");
  expect(listed.json()).toMatchObject({
    items: [
      { id: second.at("sessionId"), current: true },
      { id: first.at("sessionId"), current: false },
    ],
  });
  const other = asHolder((await enter("mal@example.com")).at("accessToken"));
  const stolen = await other("DELETE", `/auth/sessions/${first.at("sessionId")}`);
  expect([stolen.status, stolen.at("code")]).toEqual([404, "SESSION_NOT_FOUND"]);
  expect((await ask("DELETE", `/auth/sessions/${first.at("sessionId")}`)).status).toBe(204);
  expect((await asHolder(first.at("accessToken"))("GET", "/auth/me")).status).toBe(401);
  expect((await ask("DELETE", "/auth/sessions")).at("ended")).toBe("1");
  expect((await ask("GET", "/auth/sessions")).status).toBe(401);
});

test("a wallet signs in, and has the same account the next time", async () => {
  const address = `0x${"a1".repeat(20)}`;
  const enterByWallet = async (chainId: number) => {
    const json = { address, chainId };
    const challenge = await nobody("POST", "/auth/sign-in/wallet/challenge", { json });
    expect(challenge.status).toBe(201);
    const message = challenge.at("message") ?? "";
    const send = (signature: string) =>
      nobody("POST", "/auth/sign-in/wallet", { json: { message, signature } });
    const forged = await send(scriptedSignature(`0x${"b2".repeat(20)}`, message));
    expect([forged.status, forged.at("code")]).toEqual([401, "SIGN_IN_FAILED"]);
    return send(scriptedSignature(address, message));
  };
  const first = await enterByWallet(1);
  expect([first.status, first.at("user.kind")]).toEqual([200, "player"]);
  expect((await enterByWallet(31_337)).at("user.id")).toBe(first.at("user.id"));
});

test("staff without a second factor can enrol one and nothing else; with it they may what their roles say", async () => {
  const { principal } = await staffWith(h.rounds.deps, ["support"]);
  const email = "sue@example.com";
  await h.rounds.scratch.owner.sql`
    insert into identity.email (user_id, address) values (${principal.actor.id}, ${email})`;
  await nobody("POST", "/auth/password-reset", { json: { email } });
  const token = await h.mailedTo(email);
  await nobody("POST", "/auth/password-reset/confirm", { json: { token, password: PASSWORD } });
  const first = await signIn(email);
  expect(first.at("mustEnrolSecondFactor")).toBe("true");
  const ask = asHolder(first.at("accessToken"));
  const seen = await ask("GET", `/users/${principal.actor.id}`);
  expect([seen.status, seen.at("code")]).toEqual([403, "FORBIDDEN"]);
  expect(seen.at("detail")).toContain("enrol one (POST /auth/totp");
  expect(seen.at("detail")).toContain("sign in again");
  const never = await ask("POST", "/simulate/close", { json: {} });
  expect([never.status, never.at("detail")]).toEqual([403, expect.stringContaining("you lack")]);
  for (const json of [{ name: "mine" }, { name: "mine", scopes: ["users:read"] }]) {
    const key = await ask("POST", "/auth/api-keys", { json });
    expect([key.status, key.at("detail")]).toEqual([403, seen.at("detail")]);
  }
  const enrolled = await ask("POST", "/auth/totp", { json: {} });
  expect(enrolled.at("uri")).toStartWith("otpauth://totp/");
  const code = generateSync({ secret: enrolled.at("secret") ?? "" });
  const confirmed = await ask("POST", "/auth/totp/confirm", { json: { code } });
  expect(confirmed.status).toBe(200);
  const refreshed = await nobody("POST", "/auth/refresh", {
    json: { refreshToken: first.at("refreshToken") },
  });
  expect(refreshed.at("mustEnrolSecondFactor")).toBe("false");
  const free = asHolder(refreshed.at("accessToken"));
  expect((await free("GET", `/users/${principal.actor.id}`)).status).toBe(200);
  const without = await signIn(email);
  expect([without.status, without.at("code")]).toEqual([401, "SECOND_FACTOR_REQUIRED"]);
  const recoveryCode = confirmed.at("recoveryCodes.0");
  expect((await signIn(email, { recoveryCode })).status).toBe(200);
  expect((await signIn(email, { recoveryCode })).status).toBe(401);
  const lost = await signIn(email, { recoveryCode: confirmed.at("recoveryCodes.1") });
  const saved = asHolder(lost.at("accessToken"));
  const anew = { recoveryCode: confirmed.at("recoveryCodes.2") };
  expect((await saved("POST", "/auth/totp", { json: anew })).status).toBe(201);
  const last = { code: confirmed.at("recoveryCodes.3") };
  expect((await saved("POST", "/auth/totp/remove", { json: last })).status).toBe(204);
  expect((await signIn(email)).at("mustEnrolSecondFactor")).toBe("true");
});

test("an API key is shown once, does what its scopes say, and ends at once when it is revoked", async () => {
  const owner = asHolder((await enter("kim@example.com")).at("accessToken"));
  const me = (await owner("GET", "/auth/me")).at("user.id");
  const made = await owner("POST", "/auth/api-keys", {
    json: { name: "reader", scopes: ["own:read"], expiresInDays: 1 },
  });
  expect([made.status, made.at("apiKey.scopes")]).toEqual([201, '["own:read"]']);
  expect(made.at("key")).toStartWith("cb_test_");
  const program = asHolder(made.at("key"));
  expect((await program("GET", `/users/${me}/balance`)).status).toBe(200);
  expect((await program("POST", "/wallets", { json: {} })).status).toBe(403);
  expect((await program("GET", "/auth/api-keys")).status).toBe(403);
  expect((await program("GET", "/auth/me")).at("credential.kind")).toBe("api-key");
  const listed = await owner("GET", "/auth/api-keys");
  expect([listed.at("items.0.name"), listed.text.includes(made.at("key") ?? "")]).toEqual([
    "reader",
    false,
  ]);
  const greedy = await owner("POST", "/auth/api-keys", {
    json: { name: "greedy", scopes: ["users:act"] },
  });
  expect([greedy.status, greedy.at("errors.0.pointer")]).toEqual([422, "/scopes"]);
  const path = `/auth/api-keys/${made.at("apiKey.id")}`;
  const other = asHolder((await enter("lee@example.com")).at("accessToken"));
  expect((await other("DELETE", path)).at("code")).toBe("API_KEY_NOT_FOUND");
  expect((await owner("DELETE", path)).status).toBe(204);
  expect((await program("GET", `/users/${me}/balance`)).status).toBe(401);
});

test("the keys that tokens are signed with are published, without anything secret", async () => {
  const token = (await enter("jo@example.com")).at("accessToken") ?? "";
  const [header = ""] = token.split(".");
  const { kid, alg, typ } = JSON.parse(Buffer.from(header, "base64url").toString());
  expect([alg, typ]).toEqual(["EdDSA", "at+jwt"]);
  const jwks = await nobody("GET", "/.well-known/jwks.json");
  expect(jwks.headers.get("Cache-Control")).toBe("public, max-age=300");
  expect(jwks.json()).toEqual({
    keys: [{ kty: "OKP", crv: "Ed25519", x: expect.any(String), kid, alg: "EdDSA", use: "sig" }],
  });
});
