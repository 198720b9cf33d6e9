import { DomainError } from "@closebell/context";
import type { PlaceResult } from "./place-bets.ts";

const REFUSALS = {
  KEY_REUSED: [
    "IDEMPOTENCY_KEY_REUSED",
    "This idempotency key was used for another bet. Use a new key for a new bet.",
  ],
  ROUND_NOT_OPEN: [
    "ROUND_NOT_OPEN",
    "The round takes no bets now. GET /rounds/current says which one does, or when the next one opens.",
  ],
  ROUND_PAUSED: ["ROUND_PAUSED", "Betting on this round is paused. Try again later."],
  USER_NOT_FOUND: ["USER_NOT_FOUND", "There is no such user. Create one with POST /users."],
  PLAY_SUSPENDED: [
    "PLAY_SUSPENDED",
    "This user may not bet now: a time-out, a self-exclusion or a block stands. What he owns may be withdrawn.",
  ],
  BELOW_MINIMUM: [
    "STAKE_BELOW_MINIMUM",
    "The stake is below the round's minimum; its rules say how much that is.",
  ],
  ABOVE_MAXIMUM: [
    "STAKE_ABOVE_MAXIMUM",
    "With this stake you would have more on the round than its rules allow a user.",
  ],
  BEYOND_LIMIT: [
    "PROTECTION_LIMIT_EXCEEDED",
    "With this stake you would exceed a limit that you have set. Stake less, or wait for the next period.",
  ],
  INSUFFICIENT_FUNDS: [
    "INSUFFICIENT_FUNDS",
    "The available balance is below the stake. Deposit first, or stake less.",
  ],
  POOL_FULL: ["AMOUNT_OVERFLOW", "The round's pools can't hold this stake."],
} as const satisfies Record<Exclude<PlaceResult, "ACCEPTED" | "REPLAYED" | "BUSY">, unknown>;

/** The error that a refused bet is answered with. */
export const refusalOf = (result: keyof typeof REFUSALS): DomainError => {
  const [code, message] = REFUSALS[result];
  return new DomainError(code, message);
};

/** The account or the round stayed locked elsewhere, or too many bets wait: nothing was written. */
export const overloaded = (message: string): DomainError =>
  new DomainError("OVERLOADED", message, { retryAfterSeconds: 1 });
