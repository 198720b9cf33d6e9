import { DomainError } from "@closebell/context";
import { reachable } from "@closebell/database";
import { sql } from "drizzle-orm";
import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK } from "jose";
import type { IdentityDeps } from "../identity-deps.ts";
import type { Principal } from "../principal.ts";
import { permissionsOf } from "../roles.ts";
import type { User } from "../user.ts";
import { ACCESS_TOKEN_SECONDS, ALGORITHM, tokenClaims, tokenHeader } from "./token-claims.ts";

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
const namesOf = (token: string): { readonly kid: string; readonly sid: string } => {
  if (token.length > MAX_LENGTH) throw refused();
  try {
    const { kid } = tokenHeader.parse(decodeProtectedHeader(token));
    const { sid } = tokenClaims.pick({ sid: true }).parse(decodeJwt(token));
    return { kid, sid };
  } catch (error) {
    throw refused(error);
  }
};

interface Facts extends Record<string, unknown> {
  readonly x: string;
  readonly now: Temporal.Instant;
  readonly id: string;
  readonly kind: User["kind"];
  readonly handle: string | null;
  /** What a member of staff may still be. */
  readonly roles: readonly string[];
}

/** The key, if it still counts, and whose session it is, if that is not ended. */
const factsOf = async (
  { database }: VerifyDeps,
  names: { readonly kid: string; readonly sid: string },
): Promise<Facts> => {
  const [facts] = await reachable(database.url, () =>
    database.orm.execute<Facts>(sql`
      select key.public_key as x, identity.now() as now, owner.id, owner.kind, owner.handle,
        array(select role from identity.user_role where user_id = owner.id and revoked_at is null) as roles
      from identity.verifying_key key, identity.session session
      join identity.user owner on owner.id = session.user_id
      where key.kid = ${names.kid} and session.id = ${names.sid}
        and session.ended_at is null and session.expires_at > identity.now()`),
  );
  if (facts === undefined) throw refused();
  return facts;
};

const claimsOf = async (token: string, x: string) => {
  try {
    const key = await importJWK({ kty: "OKP", crv: "Ed25519", x }, ALGORITHM);
    const { payload } = await compactVerify(token, key, { algorithms: [ALGORITHM] });
    return tokenClaims.parse(JSON.parse(new TextDecoder().decode(payload)));
  } catch (error) {
    throw refused(error);
  }
};

/**
 * Whom an access token proves: signed by one of our keys with EdDSA, for us, of now, and of a session that has not ended.
 * Roles taken away since don't count. Time is the database's. One query; callers keep the answer
 * no longer than from `credential.provedAt` to `credential.expiresAt`.
 * @throws DomainError UNAUTHENTICATED, which never says what was wrong
 */
export const verifyAccessToken = async (deps: VerifyDeps, token: string): Promise<Principal> => {
  const facts = await factsOf(deps, namesOf(token));
  const claims = await claimsOf(token, facts.x);
  const now = facts.now.epochMilliseconds / 1000;
  const counts =
    claims.iss === deps.auth.issuer &&
    claims.aud === deps.auth.audience &&
    claims.sub === facts.id &&
    claims.iat <= now &&
    (claims.nbf ?? 0) <= now &&
    now < claims.exp &&
    claims.exp - claims.iat <= ACCESS_TOKEN_SECONDS;
  if (!counts) throw refused();
  const { id, kind, handle } = facts;
  const roles = claims.roles.filter((role) =>
    kind === "staff" ? facts.roles.includes(role) : role === kind,
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
      provedAt: facts.now,
    },
  };
};
