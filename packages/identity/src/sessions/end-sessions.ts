import type { By } from "@closebell/context";
import { recordAudit, texts, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";

/** Why a session ended before its time. */
export type EndedWhy =
  | "sign-out"
  | "sign-out-all"
  | "password-changed"
  | "password-reset"
  | "second-factor-changed"
  | "token-reused";

/**
 * Ends sessions of a user in the transaction that says why: all live ones, all but one, or only one. Audited, where there
 * were any; whoever keeps verified tokens is told after the commit.
 * @returns the ids of those that ended
 */
export const endSessions = async (
  work: Work,
  end: {
    readonly by: By;
    readonly userId: string;
    readonly why: EndedWhy;
    readonly only?: string | undefined;
    readonly except?: string | undefined;
  },
): Promise<readonly string[]> => {
  const { by, userId, why, only, except } = end;
  const rows = await work.tx.execute<{ id: string }>(sql`
    update identity.session set ended_at = identity.now(), ended_why = ${why}
    where user_id = ${userId} and ended_at is null and expires_at > identity.now()
      and (${only ?? null}::uuid is null or id = ${only ?? null}::uuid)
      and id <> all (${texts(except === undefined ? [] : [except])}::uuid[])
    returning id`);
  const sessions = rows.map(({ id }) => id);
  if (sessions.length === 0) return sessions;
  await recordAudit(work, {
    by,
    action: "session.end",
    subject: `user/${userId}`,
    after: { sessions, why },
  });
  for (const id of sessions) work.emit({ type: "credential.revoked", id });
  return sessions;
};
