import type { RateLimit, RateLimitState } from "@closebell/context";

/** A key's count, as it stood before a batch. */
export interface Counter {
  /** 0 where no window runs. */
  readonly taken: number;
  /** Until the window that runs ends, or the one that would begin now. */
  readonly resetMs: number;
}

/** One of a request's limits: its place among the batch's, and how many of it are wanted. */
interface Wanted {
  readonly place: number;
  readonly count: number;
}

/** Requests that are counted together, in this order. Every key stands in it once, however many ask for it. */
export interface Batch {
  readonly limits: readonly RateLimit[];
  /** How many are wanted of each of `limits`: where all of that is to be had, nobody need look at requests one by one. */
  readonly demands: readonly number[];
  readonly requests: readonly (readonly Wanted[])[];
}

/** Puts requests together. */
export const batchOf = (requests: readonly (readonly RateLimit[])[]): Batch => {
  const places = new Map<string, number>();
  const limits: RateLimit[] = [];
  const demands: number[] = [];
  const wantedOf = (limit: RateLimit): Wanted => {
    const count = limit.upTo ?? 1;
    const known = places.get(limit.key);
    if (known !== undefined) {
      demands[known] = (demands[known] ?? 0) + count;
      return { place: known, count };
    }
    const place = limits.length;
    places.set(limit.key, place);
    demands.push(count);
    limits.push(limit);
    return { place, count };
  };
  return { limits, demands, requests: requests.map((asked) => asked.map(wantedOf)) };
};

/** The requests as numbers, as stores read them: of each how many limits it has, then each one's place from 1 and how many. */
export const requestsOf = ({ requests }: Batch): readonly number[] =>
  requests.flatMap((wanted) => [
    wanted.length,
    ...wanted.flatMap(({ place, count }) => [place + 1, count]),
  ]);

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
  const left = (place: number): number =>
    Math.max(0, (batch.limits[place]?.quota ?? 0) - (taken[place] ?? 0));
  const states = batch.requests.map((wanted) => {
    const had = wanted.map(({ place }) => left(place));
    const all = had.every((count) => count > 0);
    const given = wanted.map(({ count }, n) => (all ? Math.min(count, had[n] ?? 0) : 0));
    wanted.forEach(({ place }, n) => (taken[place] = (taken[place] ?? 0) + (given[n] ?? 0)));
    return wanted.map(({ place }, n) => ({
      allowed: (had[n] ?? 0) > 0,
      remaining: left(place),
      resetSeconds: resets[place] ?? 1,
      ...((given[n] ?? 0) > 1 && { taken: given[n] ?? 0 }),
    }));
  });
  return { states, taken };
};
