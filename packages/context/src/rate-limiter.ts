/** How often something may happen: `quota` times in any `windowSeconds`, counted under `key`. */
export interface RateLimit {
  /** What is counted, for whom: `sign-in:address:203.0.113.7`. Holds no secret: stores and logs see it. */
  readonly key: string;
  /** 1 to 1,000,000. */
  readonly quota: number;
  /** 1 to 86,400. */
  readonly windowSeconds: number;
}

/** How one limit stands after it was asked. */
export interface RateLimitState {
  /** False where the quota was used up; then nothing was taken. */
  readonly allowed: boolean;
  readonly remaining: number;
  /** Seconds, rounded up, until more is to be had. */
  readonly resetSeconds: number;
}

/** Counts what callers do, for every process of the service at once. */
export interface RateLimiter {
  /**
   * Takes one from each limit: from all of them, or where one is used up from none. States come in the order asked.
   * @throws DomainError OVERLOADED where the store does not answer; what to do then is the caller's to decide
   */
  take(limits: readonly RateLimit[]): Promise<readonly RateLimitState[]>;
  close(): Promise<void>;
}
