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

/** Every key that access tokens may be signed with, now or soon (RFC 7517). */
export const publicKeys = (
  deps: Pick<IdentityDeps, "database">,
): Promise<{ readonly keys: readonly PublicKey[] }> =>
  Promise.reject(new Error(`publicKeys is not there yet: ${typeof deps}`));
