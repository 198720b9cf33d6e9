import type { By } from "@closebell/context";
import { recordAudit, transact, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { passwordChanged } from "../mail/letters.ts";
import { writeToUser } from "../mail/write-to-user.ts";
import { endSessions } from "../sessions/end-sessions.ts";
import { actorOf, userById } from "../user.ts";
import { checkedPassword } from "./checked-password.ts";
import { limitAttempts } from "./limit-attempts.ts";
import { tokenInvalid, useMailToken, voidResetTokens } from "./mail-token.ts";

const setPassword = async (work: Pick<Work, "tx">, userId: string, hash: string): Promise<void> => {
  await work.tx.execute(sql`
    insert into identity.password (user_id, hash) values (${userId}, ${hash})
    on conflict (user_id) do update set hash = excluded.hash, changed_at = identity.now()`);
  await voidResetTokens(work, userId);
};

/**
 * Sets a new password with a mailed token, which counts once, and ends every session. Other mailed tokens of the account
 * stop counting. A second factor stays.
 * @throws DomainError TOKEN_INVALID, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED
 */
export const resetPassword = async (
  deps: IdentityDeps,
  input: {
    readonly by: By;
    readonly from: Client;
    readonly token: string;
    readonly password: string;
  },
): Promise<void> => {
  const password = checkedPassword(input.password);
  await limitAttempts(deps, input.from, input.token);
  const hash = await deps.passwords.hash(password);
  await transact(deps, async (work) => {
    const { userId } = await useMailToken(work, "reset", input.token);
    const user = userId === null ? undefined : await userById(work.tx, userId);
    if (user === undefined) throw tokenInvalid();
    const by: By = { ...input.by, actor: actorOf(user) };
    await setPassword(work, user.id, hash);
    await recordAudit(work, {
      by,
      action: "password.reset",
      subject: `user/${user.id}`,
      after: { address: input.from.address },
    });
    await endSessions(work, { by, userId: user.id, why: "password-reset" });
    await writeToUser(deps, work, { userId: user.id, ...passwordChanged(deps.auth.site.uri) });
  });
};
