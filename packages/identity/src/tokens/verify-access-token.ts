import { DomainError } from "@closebell/context";
import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK } from "jose";
import { LRUCache } from "lru-cache";
import type { IdentityDeps } from "../identity-deps.ts";
import type { Principal } from "../principal.ts";
import { permissionsOf } from "../roles.ts";
import { ACCESS_TOKEN_SECONDS, ALGORITHM, tokenClaims, tokenHeader } from "./token-claims.ts";
import { createTokenFacts, type TokenFacts, type TokenNames } from "./token-facts.ts";

type VerifyDeps = Pick<IdentityDeps, "database" | "auth">;

/** Longer than any token this service makes. */
const MAX_LENGTH = 4096;

const refused = (cause?: unknown): DomainError =>
  new DomainError(
    "UNAUTHENTICATED",
    "The access token doesn't count, or no longer. Refresh it (POST /auth/refresh) or sign in again.",
    { cause },
  );

/** Key and session a token names, before anything it says is believed. */
const namesOf = (token: string): TokenNames => {
  if (token.length > MAX_LENGTH) throw refused();
  try {
    const { kid } = tokenHeader.parse(decodeProtectedHeader(token));
    const { sid } = tokenClaims.pick({ sid: true }).parse(decodeJwt(token));
    return { kid, sid };
  } catch (error) {
    throw refused(error);
  }
};

/** Keys that sign or did until lately: a handful. */
const MOST_KEYS = 16;

/** Each key in the form that verifies, made once. */
const createKeys = () => {
  const keys = new LRUCache<string, Promise<CryptoKey>>({ max: MOST_KEYS });
  const made = async (x: string): Promise<CryptoKey> => {
    const key = await importJWK({ kty: "OKP", crv: "Ed25519", x }, ALGORITHM);
    if (key instanceof Uint8Array) throw new TypeError("A public key was read as a secret.");
    return key;
  };
  return (x: string): Promise<CryptoKey> => {
    const key = keys.get(x) ?? made(x);
    keys.set(x, key);
    return key;
  };
};

const claimsOf = async (token: string, key: CryptoKey) => {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [ALGORITHM] });
    return tokenClaims.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch (error) {
    throw refused(error);
  }
};

type Claims = Awaited<ReturnType<typeof claimsOf>>;

const counts = (claims: Claims, facts: TokenFacts, auth: VerifyDeps["auth"]): boolean => {
  const now = facts.now.epochMilliseconds / 1000;
  return (
    claims.iss === auth.issuer &&
    claims.aud === auth.audience &&
    claims.sub === facts.id &&
    claims.iat <= now &&
    (claims.nbf ?? 0) <= now &&
    now < claims.exp &&
    claims.exp - claims.iat <= ACCESS_TOKEN_SECONDS
  );
};

const principalOf = (
  claims: Claims,
  { id, kind, handle, roles: held, now }: TokenFacts,
): Principal => {
  const roles = claims.roles.filter((role) =>
    kind === "staff" ? held.includes(role) : role === kind,
  );
  const allowed = permissionsOf(roles);
  return {
    actor: { kind, id, name: handle ?? id },
    roles,
    permissions: claims.scope === undefined ? allowed : new Set(claims.scope).intersection(allowed),
    credential: {
      kind: "access-token",
      id: claims.sid,
      expiresAt: Temporal.Instant.fromEpochMilliseconds(claims.exp * 1000),
      provedAt: now,
    },
  };
};

/**
 * Tells whom an access token proves: signed by one of our keys with EdDSA, for us, of now, and of a session that has not
 * ended. Roles taken away since don't count. Time is the database's, which is asked once for all tokens that come together;
 * callers keep the answer no longer than from `credential.provedAt` to `credential.expiresAt`.
 * @throws DomainError UNAUTHENTICATED, which never says what was wrong
 */
export const createTokenVerifier = (deps: VerifyDeps): ((token: string) => Promise<Principal>) => {
  const factsOf = createTokenFacts(deps);
  const keyOf = createKeys();
  return async (token) => {
    const facts = await factsOf(namesOf(token));
    if (facts === undefined) throw refused();
    const claims = await claimsOf(token, await keyOf(facts.x));
    if (!counts(claims, facts, deps.auth)) throw refused();
    return principalOf(claims, facts);
  };
};
