import { DomainError } from "@closebell/context";

/** The first proof was right, the account has a second factor, and nothing of it was sent. */
export class SecondFactorRequired extends DomainError {
  readonly failedAt = "second factor not given";

  constructor() {
    super(
      "SECOND_FACTOR_REQUIRED",
      "Send the six digits of your authenticator too (totp), or a recovery code (recoveryCode).",
    );
  }
}
