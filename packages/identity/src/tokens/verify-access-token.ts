import type { IdentityDeps } from "../identity-deps.ts";
import type { Principal } from "../principal.ts";

/** Whom an access token proves. */
export const verifyAccessToken = (
  deps: Pick<IdentityDeps, "database" | "auth">,
  token: string,
): Promise<Principal> =>
  Promise.reject(new Error(`verifyAccessToken is not there yet: ${typeof deps} ${typeof token}`));
