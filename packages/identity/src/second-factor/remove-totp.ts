import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { secondFactorChanged } from "../mail/letters.ts";
import { writeToUser } from "../mail/write-to-user.ts";
import { limitCodes } from "../people/limit-attempts.ts";
import { auditFailure } from "../people/sign-in-failed.ts";
import { endSessions } from "../sessions/end-sessions.ts";
import { ownUser } from "./own-user.ts";
import { proveSecondFactor } from "./prove-second-factor.ts";

/**
 * Removes the caller's second factor, proved once more by a code of it or a recovery code, and ends every session. Staff can
 * do nothing afterwards but enrol another.
 * @throws DomainError TOKEN_INVALID where there is none, SIGN_IN_FAILED, RATE_LIMITED, OVERLOADED
 */
export const removeTotp = async (
  deps: IdentityDeps,
  input: { readonly by: By; readonly from: Client; readonly code: string },
): Promise<void> => {
  const { by, code } = input;
  const userId = by.actor.id;
  const subject = `user/${userId}`;
  const codes = /^[0-9]{6}$/.test(code) ? { totp: code } : { recoveryCode: code };
  await limitCodes(deps, userId, codes);
  await auditFailure(deps, { ...input, subject }, () =>
    transact(deps, async (work) => {
      const had = await proveSecondFactor(deps, work, by, await ownUser(work, by), codes);
      if (!had) throw new DomainError("TOKEN_INVALID", "You have no second factor to remove.");
      await work.tx.execute(sql`delete from identity.totp where user_id = ${userId}`);
      await work.tx.execute(sql`delete from identity.recovery_code where user_id = ${userId}`);
      await recordAudit(work, { by, action: "second-factor.remove", subject });
      await endSessions(work, { by, userId, why: "second-factor-changed" });
      const notice = secondFactorChanged(deps.auth.site.uri, "removed");
      await writeToUser(deps, work, { userId, ...notice });
    }),
  );
};
