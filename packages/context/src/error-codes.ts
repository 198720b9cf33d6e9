/**
 * Every way a verb can refuse. The list is closed: transports map each code to their own terms in one exhaustive
 * table, so adding a code here makes them fail to compile until they say what it means. docs/errors.md explains each.
 */
export const ERROR_CODES = [
  // the request itself
  "VALIDATION_FAILED",
  "MALFORMED_JSON",
  "UNSUPPORTED_MEDIA_TYPE",
  "PAYLOAD_TOO_LARGE",
  "ROUTE_NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "CURSOR_INVALID",
  "IDEMPOTENCY_KEY_REQUIRED",
  "IDEMPOTENCY_KEY_REUSED",
  "IDEMPOTENCY_KEY_IN_USE",
  // who
  "FORBIDDEN",
  "USER_NOT_FOUND",
  "HANDLE_TAKEN",
  // money
  "AMOUNT_INVALID",
  "AMOUNT_OVERFLOW",
  "INSUFFICIENT_FUNDS",
  "ACCOUNT_NOT_FOUND",
  "TRANSFER_NOT_FOUND",
  "TRANSFER_CONFLICT",
  // rounds and bets
  "MARKET_NOT_FOUND",
  "ROUND_NOT_FOUND",
  "ROUND_EXISTS",
  "ROUND_NOT_OPEN",
  "ROUND_PAUSED",
  "ROUND_STATE_CONFLICT",
  "ROUND_NOT_CLOSED",
  "NOT_A_SESSION",
  "BEYOND_CALENDAR",
  "CALENDAR_EXCEPTION_INVALID",
  "STAKE_BELOW_MINIMUM",
  "STAKE_ABOVE_MAXIMUM",
  "BET_NOT_FOUND",
  "PRICE_INVALID",
  // custody
  "CHAIN_NOT_FOUND",
  "ADDRESS_INVALID",
  "ADDRESS_UNKNOWN",
  "DEPOSIT_NOT_FOUND",
  "DEPOSIT_CONFLICT",
  "WITHDRAWAL_NOT_FOUND",
  "WITHDRAWAL_STATE_CONFLICT",
  // the service
  "SANDBOX_ONLY",
  "CLOCK_BACKWARDS",
  "OVERLOADED",
  "DATABASE_UNAVAILABLE",
  "INTERNAL",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];
