import type { ErrorCode, FieldError } from "@closebell/context";
import { DomainError } from "@closebell/context";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ApiEnv } from "./api-env.ts";
import type { RequestContext } from "./request/request-context.ts";

/** What a code means over HTTP: its status, and a title that is the same for every occurrence (RFC 9457 section 3.1). */
interface ProblemKind {
  readonly status: ContentfulStatusCode;
  readonly title: string;
}

/**
 * Every refusal of the service in terms of HTTP. 4xx: 404 for what does not exist, 409 where the same request may pass
 * in another state, 422 where it never will. It does not compile while a code of the closed list is missing.
 */
export const PROBLEMS = {
  VALIDATION_FAILED: { status: 422, title: "The request is not valid" },
  MALFORMED_JSON: { status: 400, title: "The body is not JSON" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: "The body is not declared as JSON" },
  PAYLOAD_TOO_LARGE: { status: 413, title: "The body is too large" },
  ROUTE_NOT_FOUND: { status: 404, title: "There is nothing at this path" },
  METHOD_NOT_ALLOWED: { status: 405, title: "This path does not take this method" },
  CURSOR_INVALID: { status: 422, title: "The cursor does not belong to this list" },
  IDEMPOTENCY_KEY_REQUIRED: { status: 400, title: "An Idempotency-Key is required" },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: "The Idempotency-Key was used for another request",
  },
  IDEMPOTENCY_KEY_IN_USE: { status: 409, title: "The first request with this key is not finished" },
  FORBIDDEN: { status: 403, title: "The caller may not do this" },
  UNAUTHENTICATED: {
    status: 401,
    title: "The request says not who makes it, or its credential no longer counts",
  },
  SIGN_IN_FAILED: { status: 401, title: "The sign-in failed" },
  SECOND_FACTOR_REQUIRED: { status: 401, title: "A second factor is required" },
  TOKEN_INVALID: { status: 422, title: "The one-time token does not count" },
  SESSION_NOT_FOUND: { status: 404, title: "There is no such session" },
  API_KEY_NOT_FOUND: { status: 404, title: "There is no such API key" },
  RATE_LIMITED: { status: 429, title: "Too many requests" },
  APPROVAL_REQUIRED: { status: 409, title: "A second person must approve this" },
  APPROVAL_NOT_FOUND: { status: 404, title: "There is no such approval" },
  APPROVAL_STATE_CONFLICT: { status: 409, title: "The approval can't be decided" },
  USER_NOT_FOUND: { status: 404, title: "There is no such user" },
  HANDLE_TAKEN: { status: 409, title: "The handle is taken" },
  AMOUNT_INVALID: { status: 422, title: "The amount is not valid" },
  AMOUNT_OVERFLOW: { status: 422, title: "The amount is too large" },
  INSUFFICIENT_FUNDS: { status: 409, title: "The balance is too small" },
  ACCOUNT_NOT_FOUND: { status: 404, title: "There is no such account" },
  TRANSFER_NOT_FOUND: { status: 404, title: "There is no such transfer" },
  TRANSFER_CONFLICT: { status: 409, title: "Another transfer was made for the same thing" },
  MARKET_NOT_FOUND: { status: 404, title: "There is no such market" },
  ROUND_NOT_FOUND: { status: 404, title: "There is no such round" },
  ROUND_EXISTS: { status: 409, title: "The round exists already" },
  ROUND_NOT_OPEN: { status: 409, title: "The round takes no bets" },
  ROUND_PAUSED: { status: 409, title: "The round is paused" },
  ROUND_STATE_CONFLICT: { status: 409, title: "The round's state does not allow this" },
  ROUND_NOT_CLOSED: { status: 409, title: "The session has not closed yet" },
  NOT_A_SESSION: { status: 404, title: "The exchange is closed on this date" },
  BEYOND_CALENDAR: { status: 422, title: "The date is beyond the known calendar" },
  CALENDAR_EXCEPTION_INVALID: { status: 422, title: "The calendar does not allow this exception" },
  STAKE_BELOW_MINIMUM: { status: 422, title: "The stake is below the market's minimum" },
  STAKE_ABOVE_MAXIMUM: {
    status: 422,
    title: "The stake is above the user's maximum for the round",
  },
  BET_NOT_FOUND: { status: 404, title: "There is no such bet" },
  PRICE_INVALID: { status: 422, title: "The price is not valid" },
  CHAIN_NOT_FOUND: { status: 404, title: "There is no such chain" },
  CHAIN_UNAVAILABLE: { status: 503, title: "The chain does not answer" },
  CHAIN_SIMULATED: { status: 422, title: "The chain is simulated" },
  SIGNING_KEY_MISSING: { status: 409, title: "This process holds no key to sign with" },
  ADDRESS_INVALID: { status: 422, title: "The address is not one of this chain" },
  ADDRESS_UNKNOWN: { status: 404, title: "The address belongs to nobody" },
  DEPOSIT_CONFLICT: { status: 409, title: "The deposit was recorded with other contents" },
  DEPOSIT_NOT_FOUND: { status: 404, title: "There is no such deposit" },
  WITHDRAWAL_NOT_FOUND: { status: 404, title: "There is no such withdrawal" },
  WITHDRAWAL_STATE_CONFLICT: { status: 409, title: "The withdrawal's state does not allow this" },
  WITHDRAWAL_LIMIT_EXCEEDED: {
    status: 422,
    title: "The amount is above what one withdrawal may be",
  },
  PAYOUT_ADDRESS_UNKNOWN: { status: 404, title: "The user has not saved this payout address" },
  PAYOUT_ADDRESS_TOO_NEW: { status: 409, title: "The payout address was saved too recently" },
  PROTECTION_LIMIT_EXCEEDED: { status: 409, title: "The user's own limit is reached" },
  PLAY_SUSPENDED: { status: 403, title: "The user may not bet now" },
  RESTRICTION_STANDS: { status: 409, title: "The restriction can't be lifted or shortened" },
  NOTHING_TO_CONFIRM: { status: 409, title: "No such limit waits to be confirmed now" },
  SCREENING_REFUSED: { status: 403, title: "The user may not play here" },
  SANDBOX_ONLY: { status: 403, title: "Only a sandbox does this" },
  CLOCK_BACKWARDS: { status: 409, title: "The clock only moves forward" },
  OVERLOADED: { status: 503, title: "The service takes no more work right now" },
  DATABASE_UNAVAILABLE: { status: 503, title: "The database can't be reached" },
  INTERNAL: { status: 500, title: "The service failed" },
} as const satisfies Record<ErrorCode, ProblemKind>;

/** The media type of RFC 9457. */
export const PROBLEM_TYPE = "application/problem+json";

/** A problem document. `instance` names this occurrence by its request id, which the logs carry too. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: ErrorCode;
  readonly errors?: readonly FieldError[];
}

/** Where a code is explained; also its `type`, relative to the service's own address. */
export const problemPath = (code: ErrorCode): string => `/problems/${code}`;

export const problemOf = (error: DomainError, requestId: string): Problem => ({
  type: problemPath(error.code),
  title: PROBLEMS[error.code].title,
  status: PROBLEMS[error.code].status,
  detail: error.message,
  instance: `urn:uuid:${requestId}`,
  code: error.code,
  ...(error.errors.length > 0 && { errors: error.errors }),
});

const RETRY_AFTER_SECONDS = 1;

const REALM = 'Bearer realm="closebell"';

/** RFC 6750 section 3: how to come in, and what was wrong with the credential that was sent. */
const challenge = (error: DomainError, { credentialGiven }: RequestContext): string | undefined => {
  if (error.code === "FORBIDDEN") return `${REALM}, error="insufficient_scope"`;
  if (PROBLEMS[error.code].status !== 401) return undefined;
  return credentialGiven ? `${REALM}, error="invalid_token"` : REALM;
};

const headersOf = (error: DomainError, context: RequestContext): Record<string, string> => {
  const { status } = PROBLEMS[error.code];
  const retryAfter = error.retryAfterSeconds ?? (status === 503 ? RETRY_AFTER_SECONDS : undefined);
  const authenticate = challenge(error, context);
  return {
    "Content-Type": PROBLEM_TYPE,
    ...context.headers,
    ...(retryAfter !== undefined && { "Retry-After": String(Math.ceil(retryAfter)) }),
    ...(authenticate !== undefined && { "WWW-Authenticate": authenticate }),
  };
};

/** The answer for `error`, outside any route. */
export const problemAnswer = (error: DomainError, context: RequestContext): Response =>
  new Response(JSON.stringify(problemOf(error, context.requestId)), {
    status: PROBLEMS[error.code].status,
    headers: headersOf(error, context),
  });

/** The answer for `error`: 503 always says when to come back, 401 how to come in. */
export const problemResponse = (
  c: Context<ApiEnv>,
  error: DomainError,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  c.newResponse(JSON.stringify(problemOf(error, c.env.requestId)), PROBLEMS[error.code].status, {
    ...headersOf(error, c.env),
    ...headers,
  });
