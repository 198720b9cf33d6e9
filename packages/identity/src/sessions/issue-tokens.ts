import type { Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { IdentityDeps } from "../identity-deps.ts";
import type { Permission } from "../roles.ts";
import { hashSecret } from "../secrets/hash-secret.ts";
import { rolesOf } from "../staff/roles-of.ts";
import { issueAccessToken } from "../tokens/issue-access-token.ts";
import type { User } from "../user.ts";
import { lifetimesOf } from "./lifetimes.ts";
import type { Session, SignedIn } from "./session.ts";

/** All that a member of staff may do before there is a second factor: enrol one. */
const UNTIL_ENROLLED: readonly Permission[] = ["own:credentials"];

/** Stores a refresh token, as a hash; it counts until the session ends or idles for too long. */
export const storeRefreshToken = async (
  work: Pick<Work, "tx">,
  user: User,
  session: Session,
  refreshToken: string,
): Promise<Temporal.Instant> => {
  const [row] = await work.tx.execute<{ at: Temporal.Instant }>(sql`
    insert into identity.refresh_token (hash, session_id, expires_at)
    values (${hashSecret(refreshToken)}, ${session.id},
      least(${session.expiresAt}, identity.now() + ${lifetimesOf(user).idleHours} * interval '1 hour'))
    returning expires_at as at`);
  if (row === undefined) throw new Error("The refresh token was not stored.");
  return row.at;
};

/** What a client is given for a session that goes on with this refresh token. */
export const issueTokens = async (
  deps: Pick<IdentityDeps, "auth" | "ids" | "randomBytes">,
  work: Pick<Work, "tx">,
  user: User,
  session: Session,
  refresh: { readonly token: string; readonly expiresAt: Temporal.Instant },
): Promise<SignedIn> => {
  const mustEnrolSecondFactor = user.kind !== "player" && !session.secondFactor;
  const access = await issueAccessToken(deps, work, {
    userId: user.id,
    sessionId: session.id,
    roles: await rolesOf(work.tx, user),
    scope: mustEnrolSecondFactor ? UNTIL_ENROLLED : undefined,
  });
  return {
    user,
    session,
    mustEnrolSecondFactor,
    tokens: {
      accessToken: access.token,
      accessTokenExpiresAt: access.expiresAt,
      refreshToken: refresh.token,
      refreshTokenExpiresAt: refresh.expiresAt,
    },
  };
};
