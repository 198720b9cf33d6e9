import { expect, test } from "bun:test";
import { errorOf, scratchDatabase } from "@closebell/database/testing";
import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from "jose";
import { verifyEmail } from "../people/verify-email.ts";
import { refreshSession } from "../sessions/refresh-session.ts";
import { askedFor, registered } from "../testing/registered.ts";
import { moveRealTime, stranger, testIdentity, warmUp } from "../testing/test-identity.ts";
import { publicKeys } from "./public-keys.ts";
import { rotateSigningKey } from "./rotate-signing-key.ts";
import { createTokenVerifier } from "./verify-access-token.ts";

/** Minutes at which somebody rotates: once, twice within the ten minutes of publication, and at the same moment. */
const ROTATIONS = [5, 12, 15, 40, 40];
const MINUTES = 80;
const TOKEN_MINUTES = 10;
/** How long others may keep what we publish. */
const KEPT_MINUTES = 5;

type Keys = Awaited<ReturnType<typeof publicKeys>>;

/** Whom a token of a published key would be signed by, for somebody who keeps what was published. */
const kidFor = async (token: string, { keys }: Keys): Promise<string> => {
  const keySet = createLocalJWKSet({ keys: keys.map((key) => ({ ...key })) });
  const { protectedHeader } = await compactVerify(token, keySet, { algorithms: ["EdDSA"] });
  return protectedHeader.kid ?? "";
};

test("keys rotate without a single refusal, here or where the published keys are kept", async () => {
  await using scratch = await scratchDatabase();
  const deps = testIdentity(scratch.database);
  const { by } = stranger();
  let { refreshToken } = (await registered(deps)).tokens;
  const published: Keys[] = [];
  const tokens: { readonly made: number; readonly token: string }[] = [];
  const kids = new Set<string>();
  for (let minute = 0; minute < MINUTES; minute += 1) {
    await moveRealTime(scratch.owner, { minutes: minute });
    const rotations = ROTATIONS.filter((at) => at === minute);
    await Promise.all(rotations.map(() => rotateSigningKey(deps, { by })));
    published.push(await publicKeys(deps));
    const { tokens: fresh } = await refreshSession(deps, { ...stranger(), refreshToken });
    refreshToken = fresh.refreshToken;
    tokens.push({ made: minute, token: fresh.accessToken });
    const kept = published[Math.max(0, minute - KEPT_MINUTES)] ?? { keys: [] };
    for (const { token } of tokens.filter(({ made }) => made > minute - TOKEN_MINUTES)) {
      kids.add(await kidFor(token, kept));
      await createTokenVerifier(deps)(token);
    }
  }
  // of the two made at once the earlier never signs
  expect(kids.size).toBe(ROTATIONS.length);
  const old = createTokenVerifier(deps)(tokens[MINUTES - TOKEN_MINUTES - 1]?.token ?? "");
  expect(await errorOf(old)).toMatchObject({ code: "UNAUTHENTICATED" });

  await rotateSigningKey(deps, { by });
  const { keys } = await publicKeys(deps);
  expect(keys).toHaveLength(2);
  const [left] = await scratch.owner.sql<[{ kids: string[] }]>`
    select array_agg(kid) as kids from identity.signing_key where private_key is not null`;
  expect(new Set(left.kids)).toEqual(new Set(keys.map(({ kid }) => kid)));
});

test("the first key is one, however many need it at once, and opens only with its secret", async () => {
  await using scratch = await scratchDatabase();
  const deps = testIdentity(scratch.database);
  const asked: Awaited<ReturnType<typeof askedFor>>[] = [];
  while (asked.length < 8) asked.push(await askedFor(deps));
  await warmUp(scratch.database);
  await Promise.all(
    asked.map(({ token, password }) => verifyEmail(deps, { ...stranger(), token, password })),
  );
  expect((await publicKeys(deps)).keys).toHaveLength(1);
  const [row] = await scratch.owner.sql<[{ sealed: Uint8Array }]>`
    select private_key as sealed from identity.signing_key`;
  expect(row.sealed.length).toBe(12 + 16 + 43);
  const auth = { ...deps.auth, secret: "another-secret-of-thirty-two-bytes-or-so" };
  const { refreshToken } = (await registered(deps)).tokens;
  const elsewhere = refreshSession({ ...deps, auth }, { ...stranger(), refreshToken });
  expect(String(await errorOf(elsewhere))).toContain("AUTH_SECRET does not open");
});

test("after a change of the secret a new key signs at once, and what was signed still counts", async () => {
  await using scratch = await scratchDatabase();
  const deps = testIdentity(scratch.database);
  const { tokens } = await registered(deps);
  const auth = { ...deps.auth, secret: "another-secret-of-thirty-two-bytes-or-so" };
  const changed = { ...deps, auth };
  await rotateSigningKey(changed, { by: stranger().by });
  const { refreshToken } = tokens;
  const fresh = await refreshSession(changed, { ...stranger(), refreshToken });
  expect(decodeProtectedHeader(fresh.tokens.accessToken).kid).not.toBe(
    decodeProtectedHeader(tokens.accessToken).kid,
  );
  for (const token of [tokens, fresh.tokens]) await createTokenVerifier(changed)(token.accessToken);
});

test("keys rotate while somebody changes roles", async () => {
  await using scratch = await scratchDatabase();
  const deps = testIdentity(scratch.database);
  const { by } = stranger();
  await scratch.owner.sql.begin(async (tx) => {
    // identity.keep_an_admin()
    await tx`select pg_advisory_xact_lock(4215338072)`;
    await rotateSigningKey(deps, { by });
  });
  expect((await publicKeys(deps)).keys.length).toBeGreaterThan(0);
});
