import { DomainError, type By } from "@closebell/context";
import { transact, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { IdentityDeps } from "../identity-deps.ts";
import { sessionStolen } from "../mail/letters.ts";
import { writeToUser } from "../mail/write-to-user.ts";
import { hashSecret, newSecret } from "../secrets/hash-secret.ts";
import { seal, unseal } from "../secrets/seal.ts";
import { actorOf, userById, type User } from "../user.ts";
import { endSessions } from "./end-sessions.ts";
import { issueTokens, storeRefreshToken } from "./issue-tokens.ts";
import { REFRESH_PREFIX } from "./refresh-prefix.ts";
import { sessionColumns, sessionOf, type SessionRow } from "./session-row.ts";
import type { Session, SignedIn } from "./session.ts";

/** For how long a token that was traded gets its successor again: a client may have lost the answer, or asked twice. */
const GRACE_SECONDS = 10;

const MAX_LENGTH = 200;

const refused = (): DomainError =>
  new DomainError(
    "UNAUTHENTICATED",
    "The refresh token doesn't count, or no longer. Sign in again.",
  );

interface TokenRow extends SessionRow {
  readonly counts: boolean;
  readonly replaced: boolean;
  readonly inGrace: boolean;
  readonly successor: Uint8Array | null;
}

interface Held {
  readonly token: string;
  readonly row: TokenRow;
  readonly session: Session;
  readonly user: User;
}

/** The token with its session, which is locked, so that of several refreshes one is the first. */
const hold = async (work: Work, token: string): Promise<Held | undefined> => {
  const hash = hashSecret(token);
  await work.tx.execute(sql`
    select from identity.session where id = (select session_id from identity.refresh_token where hash = ${hash})
    for update`);
  const [row] = await work.tx.execute<TokenRow>(sql`
    select ${sessionColumns()}, token.successor,
      token.replaced_at is null and token.expires_at > identity.now() as counts,
      token.replaced_at is not null as replaced,
      coalesce(token.replaced_at > identity.now() - ${GRACE_SECONDS} * interval '1 second', false) as "inGrace"
    from identity.refresh_token token join identity.session session on session.id = token.session_id
    where token.hash = ${hash} and session.ended_at is null and session.expires_at > identity.now()`);
  if (row === undefined) return undefined;
  const user = await userById(work.tx, row.userId);
  return user === undefined ? undefined : { token, row, session: sessionOf(row), user };
};

/** Only whoever has the token can open its successor, and only with our secret: a leaked table holds neither. */
const successorKey = (deps: IdentityDeps, token: string): string => `${deps.auth.secret}.${token}`;

const PURPOSE = "refresh-successor";

const rotate = async (deps: IdentityDeps, work: Work, held: Held): Promise<SignedIn> => {
  const { token, user } = held;
  const successor = newSecret(deps.randomBytes, REFRESH_PREFIX);
  const secret = successorKey(deps, token);
  const sealed = seal({ secret, randomBytes: deps.randomBytes }, PURPOSE, successor);
  await work.tx.execute(sql`
    update identity.refresh_token set successor = null
    where session_id = ${held.session.id} and successor is not null
      and replaced_at < identity.now() - ${GRACE_SECONDS} * interval '1 second'`);
  await work.tx.execute(sql`
    update identity.refresh_token set replaced_at = identity.now(), successor = ${sealed}
    where hash = ${hashSecret(token)}`);
  const [row] = await work.tx.execute<SessionRow>(sql`
    update identity.session set refreshed_at = identity.now() where id = ${held.session.id}
    returning ${sessionColumns()}`);
  if (row === undefined) throw refused();
  const session = sessionOf(row);
  const expiresAt = await storeRefreshToken(work, user, session, successor);
  return issueTokens(deps, work, user, session, { token: successor, expiresAt });
};

const sameAgain = async (
  deps: IdentityDeps,
  work: Work,
  held: Held,
): Promise<SignedIn | undefined> => {
  const { successor } = held.row;
  if (successor === null) return undefined;
  const token = unseal(successorKey(deps, held.token), PURPOSE, successor);
  if (token === undefined) return undefined;
  const [row] = await work.tx.execute<{ at: Temporal.Instant }>(sql`
    select expires_at as at from identity.refresh_token where hash = ${hashSecret(token)}`);
  if (row === undefined) return undefined;
  return issueTokens(deps, work, held.user, held.session, { token, expiresAt: row.at });
};

/** Ends the session a token was stolen from, and tells its owner. */
const endStolen = async (deps: IdentityDeps, work: Work, by: By, held: Held): Promise<void> => {
  const { user, session } = held;
  const [userId, actor] = [user.id, actorOf(user)];
  await endSessions(work, { by: { ...by, actor }, userId, why: "token-reused", only: session.id });
  await writeToUser(deps, work, { userId, ...sessionStolen(deps.auth.site.uri) });
};

/**
 * Trades a refresh token for a new access token and the refresh token that takes its place. The same token again, within
 * 10 seconds, gets the same successor; later it has been stolen, by whoever was first or whoever is second, and ends the
 * session, of which its owner is told by mail.
 * @throws DomainError UNAUTHENTICATED
 */
export const refreshSession = async (
  deps: IdentityDeps,
  input: { readonly by: By; readonly refreshToken: string },
): Promise<SignedIn> => {
  const { by, refreshToken } = input;
  if (!refreshToken.startsWith(REFRESH_PREFIX) || refreshToken.length > MAX_LENGTH) throw refused();
  const signedIn = await transact(deps, async (work) => {
    const held = await hold(work, refreshToken);
    if (held === undefined) return undefined;
    if (held.row.counts) return rotate(deps, work, held);
    if (held.row.inGrace) return sameAgain(deps, work, held);
    if (held.row.replaced) await endStolen(deps, work, by, held);
    return undefined;
  });
  if (signedIn === undefined) throw refused();
  return signedIn;
};
