import type { By } from "@closebell/context";
import { reachable, recordAudit, transact, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { passwordChanged } from "../mail/letters.ts";
import { writeToUser } from "../mail/write-to-user.ts";
import { endSessions } from "../sessions/end-sessions.ts";
import { checkedPassword, triedPassword } from "./checked-password.ts";
import { limitAttempts } from "./limit-attempts.ts";
import { voidResetTokens } from "./mail-token.ts";
import { auditFailure, SignInFailed } from "./sign-in-failed.ts";

interface ChangePassword {
  readonly by: By;
  readonly from: Client;
  /** The session that asks and stays; null ends all. */
  readonly sessionId: string | null;
  readonly currentPassword: string;
  readonly newPassword: string;
}

const hashOf = async ({ database }: IdentityDeps, userId: string): Promise<string | null> => {
  const [row] = await reachable(database.url, () =>
    database.orm.execute<{ hash: string }>(
      sql`select hash from identity.password where user_id = ${userId}`,
    ),
  );
  return row?.hash ?? null;
};

const store = async (
  deps: IdentityDeps,
  work: Work,
  input: ChangePassword,
  hashes: { readonly old: string | null; readonly new: string },
): Promise<{ readonly ended: number }> => {
  const { by, sessionId } = input;
  const userId = by.actor.id;
  const changed = await work.tx.execute(sql`
    update identity.password set hash = ${hashes.new}, changed_at = identity.now()
    where user_id = ${userId} and hash = ${hashes.old} returning 1`);
  if (changed.length === 0) throw new SignInFailed("name or password");
  await voidResetTokens(work, userId);
  await recordAudit(work, { by, action: "password.change", subject: `user/${userId}` });
  const except = sessionId ?? undefined;
  const ended = await endSessions(work, { by, userId, why: "password-changed", except });
  await writeToUser(deps, work, { userId, ...passwordChanged(deps.auth.site.uri) });
  return { ended: ended.length };
};

/**
 * Changes the caller's password, who proves to know the one before, and ends every other session. Tokens mailed to reset it
 * stop counting.
 * @throws DomainError SIGN_IN_FAILED, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED
 */
export const changePassword = async (
  deps: IdentityDeps,
  input: ChangePassword,
): Promise<{ readonly ended: number }> => {
  const userId = input.by.actor.id;
  const current = triedPassword(input.currentPassword, "/currentPassword");
  const next = checkedPassword(input.newPassword, "/newPassword");
  await limitAttempts(deps, input.from, userId);
  return auditFailure(deps, { ...input, subject: `user/${userId}` }, async () => {
    const old = await hashOf(deps, userId);
    if (!(await deps.passwords.verify(current, old))) throw new SignInFailed("name or password");
    const hash = await deps.passwords.hash(next);
    return transact(deps, (work) => store(deps, work, input, { old, new: hash }));
  });
};
