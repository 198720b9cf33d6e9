import { type By, DomainError } from "@closebell/context";
import type { Deps } from "../transact.ts";
import { ApprovalRequired } from "./approved.ts";
import { decideApproval } from "./decide-approval.ts";

/** Several who do the same at once use up each other's approvals: each of them needs one of their own. */
const MAX_ATTEMPTS = 10;

const consent = async (deps: Deps, by: By, approvalId: string): Promise<void> => {
  try {
    await decideApproval(deps, { by, approvalId, decision: "approve" });
  } catch (error) {
    // somebody who did the same at once had it decided first
    if (!(error instanceof DomainError && error.code === "APPROVAL_STATE_CONFLICT")) throw error;
  }
};

/**
 * Does what takes two people where both stand by, as in a replay or a test: where `act` asks for an approval, `second` gives it, and
 * `act` runs again.
 */
export const withConsent = async <T>(deps: Deps, second: By, act: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ApprovalRequired) || attempt > MAX_ATTEMPTS) throw error;
      await consent(deps, second, error.approvalId);
    }
  }
};
