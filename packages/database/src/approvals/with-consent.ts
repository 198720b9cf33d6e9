import type { By } from "@closebell/context";
import type { Deps } from "../transact.ts";
import { ApprovalRequired } from "./approved.ts";
import { decideApproval } from "./decide-approval.ts";

/**
 * Does what takes two people where both stand by, as in a replay or a test: where `act` asks for an approval, `second` gives it, and
 * `act` runs again.
 */
export const withConsent = async <T>(deps: Deps, second: By, act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ApprovalRequired)) throw error;
    await decideApproval(deps, { by: second, approvalId: error.approvalId, decision: "approve" });
    return act();
  }
};
