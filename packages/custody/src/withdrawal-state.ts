/** See TRANSITIONS; CONFIRMED, FAILED and REJECTED are final, and money is back with the user after the last two. */
export type WithdrawalState =
  | "REQUESTED"
  | "APPROVED"
  | "BROADCAST"
  | "CONFIRMED"
  | "FAILED"
  | "REJECTED";

/** Where a withdrawal may go from each state. `custody.guard_withdrawal()` enforces the same. */
export const TRANSITIONS: Readonly<Record<WithdrawalState, readonly WithdrawalState[]>> = {
  REQUESTED: ["APPROVED", "REJECTED"],
  APPROVED: ["BROADCAST", "FAILED"],
  BROADCAST: ["CONFIRMED", "FAILED"],
  CONFIRMED: [],
  FAILED: [],
  REJECTED: [],
};
