import { DomainError } from "@closebell/context";

/** What a member of staff is told whose roles would allow what they ask for. */
export const secondFactorMissing = (): DomainError =>
  new DomainError(
    "FORBIDDEN",
    "Your roles allow this, but only with a second factor: enrol one (POST /auth/totp, then POST /auth/totp/confirm), then sign in again.",
  );
