import { memoryLimiter, stockingLimiter } from "@closebell/adapters/limiter";
import {
  DomainError,
  type RateLimit,
  type RateLimiter,
  type RateLimitState,
} from "@closebell/context";
import { type HttpConfig, RATE_GROUPS, type RateGroup } from "@closebell/runtime";
import type { GuardMetrics } from "../metrics/guard-metrics.ts";
import type { RequestContext } from "../request/request-context.ts";
import { createNetworkOf } from "../request/client-address.ts";
import type { RateRule } from "./rate-group.ts";

/** Holds callers to how often they may ask. */
export interface RateKeeper {
  /**
   * Counts a request against its address and, where it is known by now, its caller; the context's headers then say what is left. A
   * promise only where other processes have to be asked.
   * @throws DomainError RATE_LIMITED, at once or in the promise; OVERLOADED for what must be counted while nobody can
   */
  count(rule: RateRule, context: RequestContext): Promise<void> | undefined;
  /** The same against a caller who was not known yet. */
  countCaller(rule: RateRule, context: RequestContext): Promise<void> | undefined;
}

const WINDOW_SECONDS = 60;

/** One limit that a request is counted against. */
interface Asked extends RateLimit {
  readonly name: RateGroup;
  /** What the answer says of it, whoever asks. */
  readonly policy: string;
}

const usedUp = (asked: readonly Asked[], states: readonly RateLimitState[]): readonly Asked[] =>
  asked.filter((_, n) => states[n]?.allowed === false);

const refusal = (full: readonly Asked[], states: readonly RateLimitState[]): DomainError => {
  const retryAfterSeconds = Math.max(
    1,
    ...states.map((state) => (state.allowed ? 0 : state.resetSeconds)),
  );
  const told = full.map(({ name, quota }) => `${quota} a minute (${name})`).join(", ");
  return new DomainError(
    "RATE_LIMITED",
    `You asked more often than you may: ${told}. Try again in ${retryAfterSeconds} seconds.`,
    { retryAfterSeconds },
  );
};

const before = (item: string, list: string | undefined): string =>
  list === undefined ? item : `${item}, ${list}`;

/** The fields of draft-ietf-httpapi-ratelimit-headers, as they are since its version 08; the narrowest limit first. */
const tell = (
  asked: readonly Asked[],
  states: readonly RateLimitState[],
  { headers }: RequestContext,
): void => {
  for (let n = asked.length - 1; n >= 0; n -= 1) {
    const [one, state] = [asked[n], states[n]];
    if (one === undefined || state === undefined) continue;
    const { name, policy } = one;
    const left = `"${name}";r=${state.remaining};t=${state.resetSeconds}`;
    headers["RateLimit-Policy"] = before(policy, headers["RateLimit-Policy"]);
    headers["RateLimit"] = before(left, headers["RateLimit"]);
  }
};

/**
 * Counts with all other processes: what must be counted one by one, everything else from a stock that is fetched now and then.
 * While the store does not answer the former is refused, and the latter counted by this process alone.
 */
export const createRateKeeper = (
  limiter: RateLimiter,
  quotas: HttpConfig["rateLimits"],
  metrics: Pick<GuardMetrics, "limited" | "uncounted">,
): RateKeeper => {
  const own = memoryLimiter();
  const stocked = stockingLimiter(limiter);
  const networkOf = createNetworkOf();
  const policies = new Map(
    RATE_GROUPS.map((name) => [name, `"${name}";q=${quotas[name]};w=${WINDOW_SECONDS}`]),
  );
  const asking = (name: RateGroup, whose: string): Asked => ({
    name,
    policy: policies.get(name) ?? "",
    key: `${name}:${whose}`,
    quota: quotas[name],
    windowSeconds: WINDOW_SECONDS,
  });
  const judge = (
    asked: readonly Asked[],
    states: readonly RateLimitState[],
    context: RequestContext,
  ): void => {
    tell(asked, states, context);
    if (states.every(({ allowed }) => allowed)) return;
    const full = usedUp(asked, states);
    for (const { name } of full) metrics.limited(name);
    throw refusal(full, states);
  };
  const hold = (
    { mustBeCounted }: RateRule,
    asked: readonly Asked[],
    context: RequestContext,
  ): Promise<void> | undefined => {
    if (mustBeCounted)
      return limiter.take(asked).then(
        (states) => judge(asked, states, context),
        (error: unknown) => {
          metrics.uncounted("refused");
          throw error;
        },
      );
    const states = stocked.takeNow(asked);
    if (states === undefined)
      return stocked
        .take(asked)
        .catch(() => {
          metrics.uncounted("alone");
          return own.takeNow(asked);
        })
        .then((later) => judge(asked, later, context));
    judge(asked, states, context);
    return undefined;
  };
  const callersOf = ({ group }: RateRule, { caller }: RequestContext): readonly Asked[] =>
    group === undefined || caller.principal === undefined
      ? []
      : [asking(group, caller.principal.actor.id)];
  return {
    count(rule, context) {
      const address = networkOf(context.address());
      const here = asking("address", address);
      if (rule.group === "sign-in") return hold(rule, [asking("sign-in", address), here], context);
      return hold(rule, [...callersOf(rule, context), here], context);
    },
    countCaller: (rule, context) => hold(rule, callersOf(rule, context), context),
  };
};
