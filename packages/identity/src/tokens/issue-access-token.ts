import type { Work } from "@closebell/database";
import { SignJWT } from "jose";
import type { IdentityDeps } from "../identity-deps.ts";
import { realNow } from "../real-now.ts";
import type { Permission, Role } from "../roles.ts";
import { currentSigner } from "./signing-keys.ts";
import { ACCESS_TOKEN_SECONDS, ALGORITHM, TOKEN_TYPE } from "./token-claims.ts";

/** A token for one session, by the key that signs now. `scope` is all it may do, where that is less than the roles allow. */
export const issueAccessToken = async (
  deps: Pick<IdentityDeps, "auth" | "ids" | "randomBytes">,
  work: Pick<Work, "tx">,
  grant: {
    readonly userId: string;
    readonly sessionId: string;
    readonly roles: readonly Role[];
    readonly scope?: readonly Permission[] | undefined;
  },
): Promise<{ readonly token: string; readonly expiresAt: Temporal.Instant }> => {
  const { kid, key } = await currentSigner(deps, work);
  const now = Math.floor((await realNow(work.tx)).epochMilliseconds / 1000);
  const expires = now + ACCESS_TOKEN_SECONDS;
  const { userId, sessionId, roles, scope } = grant;
  const { issuer, audience } = deps.auth;
  const token = await new SignJWT({ sid: sessionId, roles, scope, client_id: audience })
    .setProtectedHeader({ alg: ALGORITHM, typ: TOKEN_TYPE, kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(userId)
    .setJti(deps.ids.uuid())
    .setIssuedAt(now)
    .setExpirationTime(expires)
    .sign(key);
  return { token, expiresAt: Temporal.Instant.fromEpochMilliseconds(expires * 1000) };
};
