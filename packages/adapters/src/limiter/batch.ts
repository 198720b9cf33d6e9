import type { RateLimit, RateLimitState } from "@closebell/context";

/** A key's count, as it stood before a batch. */
export interface Counter {
  /** 0 where no window runs. */
  readonly taken: number;
  /** Until the window that runs ends, or the one that would begin now. */
  readonly resetMs: number;
}

/** Requests that are counted together, in this order. Every key stands in it once, however many ask for it. */
export interface Batch {
  readonly limits: readonly RateLimit[];
  /** How many requests ask for each of `limits`: where all of that is to be had, nobody need look at them one by one. */
  readonly demands: readonly number[];
  /** Each request's limits, by their place in `limits`. */
  readonly requests: readonly (readonly number[])[];
}

/** Puts requests together. */
export const batchOf = (requests: readonly (readonly RateLimit[])[]): Batch => {
  const places = new Map<string, number>();
  const limits: RateLimit[] = [];
  const demands: number[] = [];
  const placeOf = (limit: RateLimit): number => {
    const known = places.get(limit.key);
    if (known !== undefined) {
      demands[known] = (demands[known] ?? 0) + 1;
      return known;
    }
    places.set(limit.key, limits.length);
    demands.push(1);
    return limits.push(limit) - 1;
  };
  return { limits, demands, requests: requests.map((asked) => asked.map(placeOf)) };
};

/** What a batch did: to each request, and to the counts. */
export interface Judged {
  readonly states: readonly (readonly RateLimitState[])[];
  /** Each key's count afterwards. */
  readonly taken: readonly number[];
}

/**
 * Lets each request of a batch take from all its limits or from none, one after another. Stores decide by the same rule where
 * they keep the counts, and tell what those were before: so both come to the same.
 */
export const judge = (batch: Batch, counters: readonly Counter[]): Judged => {
  const taken = counters.map((counter) => counter.taken);
  const resets = counters.map(({ resetMs }) => Math.max(1, Math.ceil(resetMs / 1000)));
  const left = (place: number): number => (batch.limits[place]?.quota ?? 0) - (taken[place] ?? 0);
  const states = batch.requests.map((places) => {
    const had = places.map(left);
    const all = had.every((count) => count > 0);
    if (all) for (const place of places) taken[place] = (taken[place] ?? 0) + 1;
    return places.map((place, n) => ({
      allowed: (had[n] ?? 0) > 0,
      remaining: Math.max(0, left(place)),
      resetSeconds: resets[place] ?? 1,
    }));
  });
  return { states, taken };
};
