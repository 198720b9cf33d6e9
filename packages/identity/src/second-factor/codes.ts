/** What is sent beside a password, where there is a second factor. */
export interface Codes {
  /** Six digits of an authenticator. */
  readonly totp?: string | undefined;
  /** One of those shown at enrolment, for when the authenticator is lost. */
  readonly recoveryCode?: string | undefined;
}
