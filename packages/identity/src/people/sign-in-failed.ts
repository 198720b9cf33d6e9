import { DomainError, SYSTEM_ACTORS, type By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { SecondFactorRequired } from "../second-factor/second-factor-required.ts";

/** What a sign-in failed at. Only the audit log says so. */
export type FailedAt = "name or password" | "second factor" | "wallet";

/** A refused sign-in: one message, whatever was wrong. */
export class SignInFailed extends DomainError {
  readonly failedAt: FailedAt;

  constructor(failedAt: FailedAt) {
    super("SIGN_IN_FAILED", "That is not right. Check what you sent, and try again.");
    this.failedAt = failedAt;
  }
}

/**
 * Runs an attempt; one that fails, be it only for want of the second factor, is audited under its account, in a transaction of
 * its own.
 * @throws DomainError whatever `attempt` throws
 */
export const auditFailure = async <T>(
  deps: IdentityDeps,
  input: { readonly by: By; readonly from: Client; readonly subject: string },
  attempt: () => Promise<T>,
): Promise<T> => {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof SignInFailed || error instanceof SecondFactorRequired) {
      const by: By = { ...input.by, actor: SYSTEM_ACTORS.anonymous };
      const after = { failedAt: error.failedAt, address: input.from.address };
      await transact(deps, (work) =>
        recordAudit(work, { by, action: "sign-in.fail", subject: input.subject, after }),
      );
    }
    throw error;
  }
};
