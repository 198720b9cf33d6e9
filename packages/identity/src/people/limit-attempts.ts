import { DomainError, type RateLimit } from "@closebell/context";
import type { Client, IdentityDeps, Quota } from "../identity-deps.ts";
import type { Codes } from "../second-factor/codes.ts";
import { networkOf } from "./network-of.ts";
import { fingerprint } from "../secrets/hash-secret.ts";

/** Attempts to prove who one is, right and wrong ones. Many people may share an address. */
const SIGN_IN_LIMITS = {
  perAccount: { quota: 10, windowSeconds: 900 },
  perAddress: { quota: 100, windowSeconds: 900 },
} as const satisfies Record<string, Quota>;

/** One-time codes: there are only a million of them, and three count at a time. */
const CODES: Quota = { quota: 10, windowSeconds: 3600 };

/** Letters to one mailbox. */
const LETTERS: Quota = { quota: 5, windowSeconds: 3600 };

type LimitDeps = Pick<IdentityDeps, "limiter" | "auth">;

const take = async (deps: LimitDeps, limits: readonly RateLimit[]): Promise<void> => {
  const states = await deps.limiter.take(limits);
  const full = states.filter(({ allowed }) => !allowed);
  if (full.length === 0) return;
  const retryAfterSeconds = Math.max(...full.map(({ resetSeconds }) => resetSeconds));
  throw new DomainError(
    "RATE_LIMITED",
    `Too many attempts. Try again in ${retryAfterSeconds} seconds.`,
    { retryAfterSeconds },
  );
};

const accountKey = (deps: LimitDeps, what: string, account: string): string =>
  `${what}:account:${fingerprint(deps.auth.secret, account)}`;

const byAccount = (deps: LimitDeps, account: string): RateLimit => {
  const { perAccount } = deps.auth.limits ?? SIGN_IN_LIMITS;
  return { key: accountKey(deps, "sign-in", account), ...perAccount };
};

const byAddress = (deps: LimitDeps, from: Client): RateLimit => {
  const { perAddress } = deps.auth.limits ?? SIGN_IN_LIMITS;
  return { key: `sign-in:address:${networkOf(from.address)}`, ...perAddress };
};

/**
 * Counts an attempt against an account, whether or not there is one of that name, and against the address it comes from.
 * @throws DomainError RATE_LIMITED, OVERLOADED
 */
export const limitAttempts = (deps: LimitDeps, from: Client, account: string): Promise<void> =>
  take(deps, [byAccount(deps, account), byAddress(deps, from)]);

/**
 * Counts an attempt against an account whose owner was proved by then: nobody else can use it up.
 * @throws DomainError RATE_LIMITED, OVERLOADED
 */
export const limitAccount = (deps: LimitDeps, account: string): Promise<void> =>
  take(deps, [byAccount(deps, account)]);

/**
 * Counts an attempt against the address it comes from alone, where nothing can be guessed.
 * @throws DomainError RATE_LIMITED, OVERLOADED
 */
export const limitAddress = (deps: LimitDeps, from: Client): Promise<void> =>
  take(deps, [byAddress(deps, from)]);

/**
 * As `limitAttempts`, for what sends a letter to the address.
 * @throws DomainError RATE_LIMITED, OVERLOADED
 */
export const limitLetters = (deps: LimitDeps, from: Client, email: string): Promise<void> =>
  take(deps, [{ key: accountKey(deps, "letter", email), ...LETTERS }, byAddress(deps, from)]);

/**
 * Counts the one-time codes that are tried for a user, if any.
 * @throws DomainError RATE_LIMITED, OVERLOADED
 */
export const limitCodes = async (deps: LimitDeps, userId: string, codes: Codes): Promise<void> => {
  if (codes.totp === undefined && codes.recoveryCode === undefined) return;
  await take(deps, [{ key: accountKey(deps, "code", userId), ...CODES }]);
};
