import { isApiKey, verifyAccessToken, verifyApiKey } from "@closebell/identity";
import type { ApiDeps } from "../api-deps.ts";
import type { VerifyCredential } from "./principals.ts";

/** Proves a credential by what identity has in the database. */
export const verifierOf =
  (deps: Pick<ApiDeps, "database" | "auth">): VerifyCredential =>
  (credential) =>
    isApiKey(credential) ? verifyApiKey(deps, credential) : verifyAccessToken(deps, credential);
