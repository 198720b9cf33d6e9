import { reachable } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { IdentityDeps } from "../identity-deps.ts";

/** A public Ed25519 key (RFC 8037), as a JWKS lists it. */
export interface PublicKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly x: string;
  readonly kid: string;
  readonly alg: "EdDSA";
  readonly use: "sig";
}

/**
 * Every key that access tokens may be signed with (RFC 7517): those that sign, did until a while ago, or will soon, newest
 * first. An answer may be kept for 5 minutes.
 */
export const publicKeys = async (
  deps: Pick<IdentityDeps, "database">,
): Promise<{ readonly keys: readonly PublicKey[] }> => {
  const { database } = deps;
  const rows = await reachable(database.url, () =>
    database.orm.execute<{ kid: string; x: string }>(
      sql`select kid, public_key as x from identity.verifying_key order by signs_from desc`,
    ),
  );
  const keys = rows.map(({ kid, x }): PublicKey => ({
    kty: "OKP",
    crv: "Ed25519",
    x,
    kid,
    alg: "EdDSA",
    use: "sig",
  }));
  return { keys };
};
