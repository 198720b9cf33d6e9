import { afterAll, beforeAll, expect, test } from "bun:test";
import { DomainError, SYSTEM_ACTORS } from "@closebell/context";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { createUser } from "../create-user.ts";
import type { IdentityDeps } from "../identity-deps.ts";
import { endSession } from "../sessions/end-session.ts";
import { refreshSession } from "../sessions/refresh-session.ts";
import { registered, type Registered } from "../testing/registered.ts";
import { signInAll } from "../testing/sign-in-all.ts";
import { stranger, testIdentity } from "../testing/test-identity.ts";
import { publicKeys } from "./public-keys.ts";
import { createTokenVerifier } from "./verify-access-token.ts";

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

let scratch: ScratchDatabase;
let deps: IdentityDeps;
let player: Registered;
let mine: KeyPair;
let other: KeyPair;

let verify: ReturnType<typeof createTokenVerifier>;

const KID = "test";

beforeAll(async () => {
  scratch = await scratchDatabase();
  deps = testIdentity(scratch.database);
  verify = createTokenVerifier(deps);
  player = await registered(deps);
  mine = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  other = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const { x = "" } = await exportJWK(mine.publicKey);
  await scratch.owner.sql`
    insert into identity.signing_key (kid, public_key, signs_from) values (${KID}, ${x}, now() - interval '1 day')`;
});
afterAll(() => scratch[Symbol.asyncDispose]());

const codeOf = (token: string): Promise<string> =>
  verify(token).then(
    () => "counts",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );

const now = (): number => Math.floor(Temporal.Now.instant().epochMilliseconds / 1000);

const header = { alg: "EdDSA", typ: "at+jwt", kid: KID };

const claims = () => ({
  iss: "https://bets.example",
  aud: "closebell",
  sub: player.user.id,
  sid: player.session.id,
  jti: deps.ids.uuid(),
  client_id: "closebell",
  iat: now() - 1,
  exp: now() + 500,
  roles: ["player"],
});

type Parts = { readonly header?: object; readonly claims?: object; readonly key?: KeyPair };

/** A token that counts, but for what is changed. */
const made = (change: Parts = {}): Promise<string> =>
  new SignJWT({ ...claims(), ...change.claims })
    .setProtectedHeader({ ...header, ...change.header })
    .sign((change.key ?? mine).privateKey);

test("a token of ours counts, made here or by hand, and says who may do what", async () => {
  const principal = await verify(player.tokens.accessToken);
  expect(principal.actor).toEqual({ kind: "player", id: player.user.id, name: player.user.id });
  expect([...principal.permissions].toSorted()).toEqual([
    "own:bet",
    "own:credentials",
    "own:money",
    "own:protect",
    "own:read",
  ]);
  expect(principal.credential).toEqual({
    kind: "access-token",
    id: player.session.id,
    expiresAt: player.tokens.accessTokenExpiresAt,
    provedAt: expect.any(Temporal.Instant),
  });
  expect(await codeOf(await made())).toBe("counts");
});

const TABLE: Readonly<Record<string, () => Parts>> = {
  "of another issuer": () => ({ claims: { iss: "https://evil.example" } }),
  "for another audience": () => ({ claims: { aud: "other" } }),
  "for several audiences": () => ({ claims: { aud: ["closebell", "other"] } }),
  "without audience": () => ({ claims: { aud: undefined } }),
  "that has expired": () => ({ claims: { iat: now() - 500, exp: now() - 1 } }),
  "that never expires": () => ({ claims: { exp: undefined } }),
  "that lives too long": () => ({ claims: { exp: now() + 3600 } }),
  "issued in the future": () => ({ claims: { iat: now() + 60 } }),
  "without time of issue": () => ({ claims: { iat: undefined } }),
  "that does not count yet": () => ({ claims: { nbf: now() + 60 } }),
  "with times that are words": () => ({ claims: { exp: "tomorrow" } }),
  "of another user's session": () => ({ claims: { sub: deps.ids.uuid() } }),
  "of no session": () => ({ claims: { sid: deps.ids.uuid() } }),
  "whose session is no id": () => ({ claims: { sid: "' or true --" } }),
  "with a role there is not": () => ({ claims: { roles: ["root"] } }),
  "without roles": () => ({ claims: { roles: undefined } }),
  "of plain type JWT": () => ({ header: { typ: "JWT" } }),
  "of another type": () => ({ header: { typ: "id+jwt" } }),
  "without type": () => ({ header: { typ: undefined } }),
  "of an unknown key": () => ({ header: { kid: "other" } }),
  "whose key has a name no database takes": () => ({ header: { kid: "\0" } }),
  "that names no key": () => ({ header: { kid: undefined } }),
  "signed by another key": () => ({ key: other }),
  "with a header of more": () => ({ header: { jku: "https://evil.example/jwks" } }),
};

test.each(Object.keys(TABLE))("a token %s does not count", async (name) => {
  expect(await codeOf(await made(TABLE[name]?.()))).toBe("UNAUTHENTICATED");
});

test("a token that brings its own key does not count", async () => {
  const jwk = await exportJWK(other.publicKey);
  expect(await codeOf(await made({ key: other, header: { jwk } }))).toBe("UNAUTHENTICATED");
});

test("a token that is not signed does not count", async () => {
  const unsigned = new UnsecuredJWT(claims()).encode();
  const [, payload = ""] = unsigned.split(".");
  const [, body = "", signature = ""] = (await made()).split(".");
  const none = Buffer.from(JSON.stringify({ ...header, alg: "none" })).toString("base64url");
  for (const token of [
    unsigned,
    `${none}.${payload}.`,
    `${none}.${body}.${signature}`,
    `${(await made()).split(".").slice(0, 2).join(".")}.`,
  ]) {
    expect(await codeOf(token)).toBe("UNAUTHENTICATED");
  }
});

test("the public key is no secret to sign with", async () => {
  const { x = "" } = await exportJWK(mine.publicKey);
  const secrets = [
    Buffer.from(x, "base64url"),
    Buffer.from(x),
    Buffer.from(await exportSPKI(mine.publicKey)),
    Buffer.from(JSON.stringify(await exportJWK(mine.publicKey))),
  ];
  for (const secret of secrets) {
    for (const alg of ["HS256", "HS512"]) {
      const padded = Buffer.concat([secret, Buffer.alloc(Math.max(0, 64 - secret.length))]);
      for (const key of [secret, padded]) {
        const signing = new SignJWT(claims()).setProtectedHeader({ ...header, alg }).sign(key);
        const token = await signing.catch(() => undefined);
        if (token !== undefined) expect(await codeOf(token)).toBe("UNAUTHENTICATED");
      }
    }
  }
});

test("no other algorithm counts, whatever key it names", async () => {
  for (const alg of ["ES256", "RS256", "PS256"]) {
    const key = await generateKeyPair(alg);
    expect(await codeOf(await made({ header: { alg }, key }))).toBe("UNAUTHENTICATED");
  }
});

test("a changed letter anywhere, and what is no token at all, does not count", async () => {
  const token = await made();
  for (let at = 0; at < token.length - 1; at += 17) {
    const letter = token[at] === "A" ? "B" : "A";
    const changed = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`;
    expect(await codeOf(changed)).toBe("UNAUTHENTICATED");
  }
  const parts = token.split(".");
  for (const no of [
    "",
    ".",
    "..",
    "a.b.c",
    `${token}.x`,
    parts[1] ?? "",
    "é.é.é",
    token.repeat(20),
  ]) {
    expect(await codeOf(no)).toBe("UNAUTHENTICATED");
  }
});

test("of many that come at once each is judged by itself", async () => {
  const by = { actor: SYSTEM_ACTORS.migration, requestId: deps.ids.uuid() };
  const users = await Promise.all(Array.from({ length: 40 }, () => createUser(deps, { by })));
  const ids = users.map(({ id }) => id);
  const tokens = await signInAll(deps, ids);
  const wrong = [
    () => made({ key: other }),
    () => made({ claims: { sid: deps.ids.uuid() } }),
    made,
  ];
  const asked = ids.map(async (is, n) => {
    if (n % 2 === 0) return { token: tokens[n] ?? "", is };
    // of an unknown session, with another's signature, or once more somebody else's
    const token = await wrong[n % 3]?.();
    return { token: token ?? "", is: n % 3 === 2 ? player.user.id : "UNAUTHENTICATED" };
  });
  const all = await Promise.all(asked);
  const told = await Promise.all(
    all.map(({ token }) =>
      verify(token).then(
        ({ actor }) => actor.id,
        (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
      ),
    ),
  );
  expect(told).toEqual(all.map(({ is }) => is));
});

test("a token does no more than its user may, whatever it says, and no more than its scope", async () => {
  const admin = await verify(await made({ claims: { roles: ["admin"] } }));
  expect(admin.roles).toEqual([]);
  expect([...admin.permissions]).toEqual([]);
  const scope = ["own:credentials", "staff:manage"];
  const cut = await verify(await made({ claims: { scope } }));
  expect([...cut.permissions]).toEqual(["own:credentials"]);
});

test("the tokens of a session that ended don't count, those of the user's others do", async () => {
  const ending = await registered(deps);
  const by = { ...stranger().by, actor: { kind: "player", id: ending.user.id, name: "" } } as const;
  expect(await codeOf(ending.tokens.accessToken)).toBe("counts");
  await endSession(deps, { by, sessionId: ending.session.id });
  expect(await codeOf(ending.tokens.accessToken)).toBe("UNAUTHENTICATED");
  expect(await codeOf(player.tokens.accessToken)).toBe("counts");
  const { refreshToken } = ending.tokens;
  const again = refreshSession(deps, { ...stranger(), refreshToken });
  expect(await again.catch((error: unknown) => error)).toMatchObject({ code: "UNAUTHENTICATED" });
});

test("what is published are public keys, and nothing of the private ones", async () => {
  const { keys } = await publicKeys(deps);
  expect(keys.map(({ kid }) => kid)).toContain(KID);
  for (const key of keys) {
    expect(Object.keys(key).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
  }
});
