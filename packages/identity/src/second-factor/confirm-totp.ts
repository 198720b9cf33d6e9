import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { secondFactorChanged } from "../mail/letters.ts";
import { writeToUser } from "../mail/write-to-user.ts";
import { limitCodes } from "../people/limit-attempts.ts";
import { auditFailure, SignInFailed } from "../people/sign-in-failed.ts";
import { hashSecret } from "../secrets/hash-secret.ts";
import { endSessions } from "../sessions/end-sessions.ts";
import { newRecoveryCodes, normalRecoveryCode } from "./recovery-codes.ts";
import { stepOfCode } from "./totp-code.ts";
import { lockTotp, openTotp } from "./totp-row.ts";

interface Confirm {
  readonly by: By;
  readonly from: Client;
  readonly code: string;
  /** The session that asks: it stays, and from its next refresh on may do all its user may. */
  readonly sessionId: string | null;
}

const nothingBegun = (): DomainError =>
  new DomainError(
    "TOKEN_INVALID",
    "There is no authenticator to confirm. Begin with POST /auth/totp.",
  );

const makeCount = async (
  deps: IdentityDeps,
  work: Work,
  userId: string,
  code: string,
): Promise<void> => {
  const row = await lockTotp(work, userId);
  if (row === undefined || row.pending === null) throw nothingBegun();
  const secret = openTotp(deps, userId, row.pending);
  const step = stepOfCode(secret, code, row.now.epochMilliseconds / 1000, null);
  if (step === undefined) throw new SignInFailed("second factor");
  await work.tx.execute(sql`
    update identity.totp set secret = pending, pending = null, confirmed_at = identity.now(), last_step = ${step}
    where user_id = ${userId}`);
};

const replaceRecoveryCodes = async (
  deps: IdentityDeps,
  work: Pick<Work, "tx">,
  userId: string,
): Promise<readonly string[]> => {
  const codes = newRecoveryCodes(deps.randomBytes);
  await work.tx.execute(sql`delete from identity.recovery_code where user_id = ${userId}`);
  for (const code of codes) {
    const hash = hashSecret(normalRecoveryCode(code));
    await work.tx.execute(
      sql`insert into identity.recovery_code (user_id, hash) values (${userId}, ${hash})`,
    );
  }
  return codes;
};

/**
 * Makes the authenticator that was begun the caller's second factor, proved by a code of it, and ends every other session.
 * Answers ten recovery codes, each good for one sign-in; they are shown here once and replace older ones.
 * @throws DomainError TOKEN_INVALID where nothing was begun, SIGN_IN_FAILED, RATE_LIMITED, OVERLOADED
 */
export const confirmTotp = async (
  deps: IdentityDeps,
  input: Confirm,
): Promise<{ readonly recoveryCodes: readonly string[] }> => {
  const { by, code, sessionId } = input;
  const userId = by.actor.id;
  const subject = `user/${userId}`;
  await limitCodes(deps, userId, { totp: code });
  return auditFailure(deps, { ...input, subject }, () =>
    transact(deps, async (work) => {
      await makeCount(deps, work, userId, code);
      const recoveryCodes = await replaceRecoveryCodes(deps, work, userId);
      await recordAudit(work, { by, action: "second-factor.confirm", subject });
      const except = sessionId ?? undefined;
      await endSessions(work, { by, userId, why: "second-factor-changed", except });
      await work.tx.execute(sql`
        update identity.session set second_factor = true
        where id = ${sessionId}::uuid and user_id = ${userId}`);
      const notice = secondFactorChanged(deps.auth.site.uri, "confirmed");
      await writeToUser(deps, work, { userId, ...notice });
      return { recoveryCodes };
    }),
  );
};
