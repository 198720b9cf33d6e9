import type { User } from "../user.ts";

/** How somebody signed in. */
export type SignInMethod = "email" | "password" | "wallet";

/** One sign-in and everything refreshed from it. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly method: SignInMethod;
  /** Whether a one-time code was given too. */
  readonly secondFactor: boolean;
  readonly address: string;
  readonly userAgent: string | null;
  readonly createdAt: Temporal.Instant;
  /** When its tokens were last refreshed. */
  readonly refreshedAt: Temporal.Instant;
  /** From when on it can't be refreshed, however often it is used. */
  readonly expiresAt: Temporal.Instant;
}

/** What a client holds after a sign-in or a refresh. */
export interface Tokens {
  /** JWT, for `Authorization: Bearer`. */
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Temporal.Instant;
  /** Opaque, for one refresh. */
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Temporal.Instant;
}

/** Somebody who proved who they are. */
export interface SignedIn {
  readonly user: User;
  readonly session: Session;
  readonly tokens: Tokens;
  /** True for staff without a second factor: the session can enrol one, and nothing else. */
  readonly mustEnrolSecondFactor: boolean;
}
