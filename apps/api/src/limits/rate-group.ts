import type { RateGroup } from "@closebell/runtime";

/** How requests to a route are counted. */
export interface RateRule {
  /** Undefined: for the machines of whoever runs the service, and not counted. */
  readonly group: Exclude<RateGroup, "address"> | undefined;
  /** Refused while nobody can count them: what is guessed at, and what can't be taken back. */
  readonly mustBeCounted: boolean;
}

const UNCOUNTED = new Set([
  "GET /health",
  "GET /health/ready",
  "GET /health/components",
  "GET /metrics",
]);

const SIGN_IN = new Set([
  "POST /auth/register",
  "POST /auth/verify-email",
  "POST /auth/password-reset",
  "POST /auth/password-reset/confirm",
  "POST /auth/sign-in",
  "POST /auth/sign-in/wallet/challenge",
  "POST /auth/sign-in/wallet",
]);

const PAYING_OUT = new Set(["POST /withdrawals", "POST /users/{userId}/payout-addresses"]);

/** Of a route as the document writes it. */
export const rateRule = (method: string, route: string): RateRule => {
  const name = `${method === "HEAD" ? "GET" : method} ${route}`;
  if (UNCOUNTED.has(name)) return { group: undefined, mustBeCounted: false };
  if (SIGN_IN.has(name)) return { group: "sign-in", mustBeCounted: true };
  if (PAYING_OUT.has(name)) return { group: "money", mustBeCounted: true };
  if (name === "POST /bets") return { group: "bets", mustBeCounted: false };
  return { group: name.startsWith("GET ") ? "reads" : "writes", mustBeCounted: false };
};
