import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import { getUser } from "../get-user.ts";
import { secondFactorChanged } from "../mail/letters.ts";
import type { LetterDeps } from "../mail/put-letter.ts";
import { writeToUser } from "../mail/write-to-user.ts";
import { endSessions } from "../sessions/end-sessions.ts";

/**
 * Takes away somebody's second factor, who lost it together with the recovery codes; ends every session of theirs. Whoever does
 * it has made sure who asks, and says how (`by.reason`). Nobody does it for themselves.
 * @throws DomainError USER_NOT_FOUND, FORBIDDEN
 */
export const resetSecondFactor = async (
  deps: Deps & LetterDeps,
  input: { readonly by: By; readonly userId: string },
): Promise<void> => {
  const { by } = input;
  const { id } = await getUser(deps, input);
  if (id === by.actor.id) {
    throw new DomainError("FORBIDDEN", "Nobody resets their own second factor. Ask another admin.");
  }
  await transact(deps, async (work) => {
    await work.tx.execute(sql`delete from identity.totp where user_id = ${id}`);
    await work.tx.execute(sql`delete from identity.recovery_code where user_id = ${id}`);
    await recordAudit(work, { by, action: "second-factor.reset", subject: `user/${id}` });
    await endSessions(work, { by, userId: id, why: "second-factor-changed" });
    const notice = secondFactorChanged(deps.auth.site.uri, "reset");
    await writeToUser(deps, work, { userId: id, ...notice });
  });
};
