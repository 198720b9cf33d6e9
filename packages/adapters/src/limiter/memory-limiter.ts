import type { RateLimit, RateLimiter, RateLimitState } from "@closebell/context";
import { batchOf, judge } from "./batch.ts";
import { forgetSome } from "./forget-some.ts";

export interface MemoryLimiterOptions {
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
  /** Keys remembered at most; past that the oldest windows are forgotten. Default 100,000. */
  readonly maxKeys?: number;
}

/** A limiter whose answer is there at once. */
export interface MemoryLimiter extends RateLimiter {
  takeNow(limits: readonly RateLimit[]): readonly RateLimitState[];
}

interface Window {
  taken: number;
  readonly until: number;
}

/** Counts for this process alone, and forgets when it ends. */
export const memoryLimiter = (options: MemoryLimiterOptions = {}): MemoryLimiter => {
  const { now = () => performance.now(), maxKeys = 100_000 } = options;
  const windows = new Map<string, Window>();

  const windowOf = ({ key, windowSeconds }: RateLimit, at: number): Window => {
    const running = windows.get(key);
    if (running !== undefined && running.until > at) return running;
    forgetSome(windows, { at, maxKeys });
    // anew: the first in the map is the one that began first
    windows.delete(key);
    const window = { taken: 0, until: at + windowSeconds * 1000 };
    windows.set(key, window);
    return window;
  };
  const takeNow = (limits: readonly RateLimit[]): readonly RateLimitState[] => {
    // whole, so that what is added to it comes off again to the bit
    const at = Math.trunc(now());
    const batch = batchOf([limits]);
    const running = batch.limits.map((limit) => windowOf(limit, at));
    const counters = running.map(({ taken, until }) => ({ taken, resetMs: until - at }));
    const { states, taken } = judge(batch, counters);
    running.forEach((window, n) => (window.taken = taken[n] ?? 0));
    return states[0] ?? [];
  };
  return {
    takeNow,
    take: (limits) => Promise.resolve(takeNow(limits)),
    close: () => Promise.resolve(),
  };
};
