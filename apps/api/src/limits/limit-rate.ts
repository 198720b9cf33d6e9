import { memoryLimiter, stockingLimiter } from "@closebell/adapters/limiter";
import {
  DomainError,
  type RateLimit,
  type RateLimiter,
  type RateLimitState,
} from "@closebell/context";
import type { HttpConfig, RateGroup } from "@closebell/runtime";
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

interface Asked {
  readonly name: RateGroup;
  readonly limit: RateLimit;
}

const usedUp = (asked: readonly Asked[], states: readonly RateLimitState[]): readonly Asked[] =>
  asked.filter((_, n) => states[n]?.allowed === false);

const refusal = (full: readonly Asked[], states: readonly RateLimitState[]): DomainError => {
  const retryAfterSeconds = Math.max(
    1,
    ...states.map((state) => (state.allowed ? 0 : state.resetSeconds)),
  );
  const told = full.map(({ name, limit }) => `${limit.quota} a minute (${name})`).join(", ");
  return new DomainError(
    "RATE_LIMITED",
    `You asked more often than you may: ${told}. Try again in ${retryAfterSeconds} seconds.`,
    { retryAfterSeconds },
  );
};

/** The fields of draft-ietf-httpapi-ratelimit-headers, as they are since its version 08; the narrowest limit first. */
const describe = (asked: readonly Asked[], states: readonly RateLimitState[]) => ({
  "RateLimit-Policy": asked
    .map(({ name, limit }) => `"${name}";q=${limit.quota};w=${limit.windowSeconds}`)
    .join(", "),
  RateLimit: asked
    .map(
      ({ name }, n) => `"${name}";r=${states[n]?.remaining ?? 0};t=${states[n]?.resetSeconds ?? 0}`,
    )
    .join(", "),
});

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
  const asking = (name: RateGroup, whose: string): Asked => ({
    name,
    limit: { key: `${name}:${whose}`, quota: quotas[name], windowSeconds: WINDOW_SECONDS },
  });
  const judge = (
    asked: readonly Asked[],
    states: readonly RateLimitState[],
    context: RequestContext,
  ): void => {
    for (const [name, value] of Object.entries(describe(asked, states))) {
      const before = context.headers[name];
      context.headers[name] = before === undefined ? value : `${value}, ${before}`;
    }
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
    const limits = asked.map(({ limit }) => limit);
    if (mustBeCounted)
      return limiter.take(limits).then(
        (states) => judge(asked, states, context),
        (error: unknown) => {
          metrics.uncounted("refused");
          throw error;
        },
      );
    const states = stocked.takeNow(limits);
    if (states === undefined)
      return stocked
        .take(limits)
        .catch(() => {
          metrics.uncounted("alone");
          return own.takeNow(limits);
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
