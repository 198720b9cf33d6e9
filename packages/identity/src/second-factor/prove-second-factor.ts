import type { By } from "@closebell/context";
import { recordAudit, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { IdentityDeps } from "../identity-deps.ts";
import { secondFactorChanged } from "../mail/letters.ts";
import { writeToUser } from "../mail/write-to-user.ts";
import { SignInFailed } from "../people/sign-in-failed.ts";
import { hashSecret } from "../secrets/hash-secret.ts";
import { actorOf, type User } from "../user.ts";
import type { Codes } from "./codes.ts";
import { normalRecoveryCode } from "./recovery-codes.ts";
import { SecondFactorRequired } from "./second-factor-required.ts";
import { stepOfCode } from "./totp-code.ts";
import { lockTotp, openTotp } from "./totp-row.ts";

const useRecoveryCode = async (
  deps: IdentityDeps,
  work: Pick<Work, "tx">,
  by: By,
  user: User,
  code: string,
): Promise<void> => {
  const used = await work.tx.execute(sql`
    update identity.recovery_code set used_at = identity.now()
    where user_id = ${user.id} and hash = ${hashSecret(normalRecoveryCode(code))} and used_at is null
    returning 1`);
  if (used.length === 0) throw new SignInFailed("second factor");
  await recordAudit(work, {
    by: { ...by, actor: actorOf(user) },
    action: "second-factor.recover",
    subject: `user/${user.id}`,
  });
  const notice = secondFactorChanged(deps.auth.site.uri, "recovered");
  await writeToUser(deps, work, { userId: user.id, ...notice });
};

/**
 * Whether the user has a second factor, which then was proved: a code counts once, in the transaction it is for. Callers
 * count the attempt before (`limitCodes`) and put one that fails on record (`auditFailure`).
 * @throws DomainError SECOND_FACTOR_REQUIRED where none was sent, SIGN_IN_FAILED
 */
export const proveSecondFactor = async (
  deps: IdentityDeps,
  work: Pick<Work, "tx">,
  by: By,
  user: User,
  codes: Codes,
): Promise<boolean> => {
  const row = await lockTotp(work, user.id);
  if (row === undefined || row.secret === null) return false;
  const { totp, recoveryCode } = codes;
  if (totp === undefined && recoveryCode === undefined) throw new SecondFactorRequired();
  if (totp === undefined) {
    await useRecoveryCode(deps, work, by, user, recoveryCode ?? "");
    return true;
  }
  const secret = openTotp(deps, user.id, row.secret);
  const step = stepOfCode(secret, totp, row.now.epochMilliseconds / 1000, row.lastStep);
  if (step === undefined) throw new SignInFailed("second factor");
  await work.tx.execute(
    sql`update identity.totp set last_step = ${step} where user_id = ${user.id}`,
  );
  return true;
};
