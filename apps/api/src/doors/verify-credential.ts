import { createTokenVerifier, isApiKey, verifyApiKey } from "@closebell/identity";
import type { ApiDeps } from "../api-deps.ts";
import type { VerifyCredential } from "./principals.ts";

/** Proves a credential by what identity has in the database. */
export const verifierOf = (deps: Pick<ApiDeps, "database" | "auth">): VerifyCredential => {
  const verifyAccessToken = createTokenVerifier(deps);
  return (credential) =>
    isApiKey(credential) ? verifyApiKey(deps, credential) : verifyAccessToken(credential);
};
