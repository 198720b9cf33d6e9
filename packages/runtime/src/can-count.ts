import type { RateLimit, RateLimiter } from "@closebell/context";

const QUESTION: RateLimit = { key: "can-count", quota: 1_000_000, windowSeconds: 1 };

/** Whether the store of rate limits counts for all processes right now: found by having it count. */
export const canCount = (limiter: RateLimiter): Promise<boolean> =>
  limiter.take([QUESTION]).then(
    () => true,
    () => false,
  );
