import type { ErrorCode } from "@closebell/context";

/** What the process tells its caller. */
export const EXIT = {
  ok: 0,
  /** The service refused: a rule, a state, a name it does not know; or a check that failed. */
  refused: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** The service could not: no database, overloaded, or a fault of its own. */
  unavailable: 3,
  /** Stopped by Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const EXIT_CODES: Readonly<Record<ErrorCode, ExitCode>> = {
  VALIDATION_FAILED: EXIT.refused,
  MALFORMED_JSON: EXIT.refused,
  UNSUPPORTED_MEDIA_TYPE: EXIT.refused,
  PAYLOAD_TOO_LARGE: EXIT.refused,
  ROUTE_NOT_FOUND: EXIT.refused,
  METHOD_NOT_ALLOWED: EXIT.refused,
  CURSOR_INVALID: EXIT.refused,
  IDEMPOTENCY_KEY_REQUIRED: EXIT.refused,
  IDEMPOTENCY_KEY_REUSED: EXIT.refused,
  IDEMPOTENCY_KEY_IN_USE: EXIT.refused,
  FORBIDDEN: EXIT.refused,
  UNAUTHENTICATED: EXIT.refused,
  SIGN_IN_FAILED: EXIT.refused,
  SECOND_FACTOR_REQUIRED: EXIT.refused,
  TOKEN_INVALID: EXIT.refused,
  SESSION_NOT_FOUND: EXIT.refused,
  API_KEY_NOT_FOUND: EXIT.refused,
  RATE_LIMITED: EXIT.refused,
  APPROVAL_REQUIRED: EXIT.refused,
  APPROVAL_NOT_FOUND: EXIT.refused,
  APPROVAL_STATE_CONFLICT: EXIT.refused,
  USER_NOT_FOUND: EXIT.refused,
  HANDLE_TAKEN: EXIT.refused,
  AMOUNT_INVALID: EXIT.refused,
  AMOUNT_OVERFLOW: EXIT.refused,
  INSUFFICIENT_FUNDS: EXIT.refused,
  ACCOUNT_NOT_FOUND: EXIT.refused,
  TRANSFER_NOT_FOUND: EXIT.refused,
  TRANSFER_CONFLICT: EXIT.refused,
  MARKET_NOT_FOUND: EXIT.refused,
  ROUND_NOT_FOUND: EXIT.refused,
  ROUND_EXISTS: EXIT.refused,
  ROUND_NOT_OPEN: EXIT.refused,
  ROUND_PAUSED: EXIT.refused,
  ROUND_STATE_CONFLICT: EXIT.refused,
  ROUND_NOT_CLOSED: EXIT.refused,
  NOT_A_SESSION: EXIT.refused,
  BEYOND_CALENDAR: EXIT.refused,
  CALENDAR_EXCEPTION_INVALID: EXIT.refused,
  STAKE_BELOW_MINIMUM: EXIT.refused,
  STAKE_ABOVE_MAXIMUM: EXIT.refused,
  BET_NOT_FOUND: EXIT.refused,
  PRICE_INVALID: EXIT.refused,
  CHAIN_NOT_FOUND: EXIT.refused,
  CHAIN_UNAVAILABLE: EXIT.unavailable,
  CHAIN_SIMULATED: EXIT.refused,
  SIGNING_KEY_MISSING: EXIT.refused,
  ADDRESS_INVALID: EXIT.refused,
  ADDRESS_UNKNOWN: EXIT.refused,
  DEPOSIT_NOT_FOUND: EXIT.refused,
  DEPOSIT_CONFLICT: EXIT.refused,
  WITHDRAWAL_NOT_FOUND: EXIT.refused,
  WITHDRAWAL_STATE_CONFLICT: EXIT.refused,
  WITHDRAWAL_LIMIT_EXCEEDED: EXIT.refused,
  PAYOUT_ADDRESS_UNKNOWN: EXIT.refused,
  PAYOUT_ADDRESS_TOO_NEW: EXIT.refused,
  PROTECTION_LIMIT_EXCEEDED: EXIT.refused,
  PLAY_SUSPENDED: EXIT.refused,
  RESTRICTION_STANDS: EXIT.refused,
  NOTHING_TO_CONFIRM: EXIT.refused,
  SCREENING_REFUSED: EXIT.refused,
  SANDBOX_ONLY: EXIT.refused,
  CLOCK_BACKWARDS: EXIT.refused,
  OVERLOADED: EXIT.unavailable,
  DATABASE_UNAVAILABLE: EXIT.unavailable,
  INTERNAL: EXIT.unavailable,
};

/** The exit code of a command that ended with this error code. */
export const exitCodeOf = (code: ErrorCode): ExitCode => EXIT_CODES[code];
