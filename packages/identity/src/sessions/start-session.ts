import type { By } from "@closebell/context";
import { recordAudit, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { newSecret } from "../secrets/hash-secret.ts";
import { actorOf, type User } from "../user.ts";
import { issueTokens, storeRefreshToken } from "./issue-tokens.ts";
import { lifetimesOf } from "./lifetimes.ts";
import { REFRESH_PREFIX } from "./refresh-prefix.ts";
import { sessionColumns, sessionOf, type SessionRow } from "./session-row.ts";
import type { Session, SignedIn, SignInMethod } from "./session.ts";

const USER_AGENT_LENGTH = 200;

interface Start {
  readonly by: By;
  readonly from: Client;
  readonly user: User;
  readonly method: SignInMethod;
  readonly secondFactor: boolean;
}

const storeSession = async (
  deps: Pick<IdentityDeps, "ids">,
  work: Pick<Work, "tx">,
  { from, user, method, secondFactor }: Start,
): Promise<Session> => {
  const agent = from.userAgent?.slice(0, USER_AGENT_LENGTH).replaceAll("\0", "").toWellFormed();
  const [row] = await work.tx.execute<SessionRow>(sql`
    insert into identity.session (id, user_id, method, second_factor, address, user_agent, expires_at)
    values (${deps.ids.uuid()}, ${user.id}, ${method}, ${secondFactor}, ${from.address}, ${agent ?? null},
      identity.now() + ${lifetimesOf(user).sessionHours} * interval '1 hour')
    returning ${sessionColumns()}`);
  if (row === undefined) throw new Error("The session was not stored.");
  return sessionOf(row);
};

/** Begins a session of somebody who proved who they are, in the transaction that proved it; audited. */
export const startSession = async (
  deps: IdentityDeps,
  work: Work,
  start: Start,
): Promise<SignedIn> => {
  const { user } = start;
  const session = await storeSession(deps, work, start);
  const token = newSecret(deps.randomBytes, REFRESH_PREFIX);
  const expiresAt = await storeRefreshToken(work, user, session, token);
  await recordAudit(work, {
    by: { ...start.by, actor: actorOf(user) },
    action: "session.start",
    subject: `user/${user.id}`,
    after: {
      session: session.id,
      method: session.method,
      secondFactor: session.secondFactor,
      address: session.address,
    },
  });
  return issueTokens(deps, work, user, session, { token, expiresAt });
};
