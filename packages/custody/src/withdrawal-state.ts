/**
 * See TRANSITIONS. The user's money is aside in all but the ends: paid in CONFIRMED, back with him in FAILED and REJECTED.
 * NEEDS_REVIEW: a person has to decide, nothing of it can be mined.
 */
export type WithdrawalState =
  | "REQUESTED"
  | "APPROVED"
  | "SIGNED"
  | "BROADCAST"
  | "MINED"
  | "CONFIRMED"
  | "FAILED"
  | "REJECTED"
  | "NEEDS_REVIEW";

/** Where a withdrawal may go from each state. `custody.guard_withdrawal()` enforces the same. */
export const TRANSITIONS: Readonly<Record<WithdrawalState, readonly WithdrawalState[]>> = {
  REQUESTED: ["APPROVED", "REJECTED"],
  APPROVED: ["SIGNED", "REJECTED", "NEEDS_REVIEW"],
  SIGNED: ["BROADCAST"],
  BROADCAST: ["MINED", "FAILED", "NEEDS_REVIEW"],
  MINED: ["CONFIRMED", "BROADCAST", "NEEDS_REVIEW"],
  CONFIRMED: [],
  FAILED: [],
  REJECTED: [],
  NEEDS_REVIEW: ["APPROVED", "FAILED"],
};
