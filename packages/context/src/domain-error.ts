import type { ErrorCode } from "./error-codes.ts";

/** One invalid field: a JSON pointer (RFC 6901) into the input and what is wrong there. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * A refusal with a stable code. `message` is for people: it says what was wrong and what to do next, and never holds
 * SQL, a stack or a secret. `retryAfterSeconds` is set where the same request may succeed later.
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly errors?: readonly FieldError[];
      readonly retryAfterSeconds?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "DomainError";
    this.code = code;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
