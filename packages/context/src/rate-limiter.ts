/**
 * How often something may happen: `quota` times, counted under `key`, within the `windowSeconds` that begin when it first
 * does; then the next time begins another window.
 */
export interface RateLimit {
  /**
   * What is counted, for whom: `sign-in:address:203.0.113.7`. Up to 200 characters. Holds no secret: stores and logs see it. The
   * same key always comes with the same quota and window.
   */
  readonly key: string;
  /** 1 to 1,000,000. */
  readonly quota: number;
  /** 1 to 86,400. */
  readonly windowSeconds: number;
  /** Takes as many as are left up to so many, 1 to the quota; default one. */
  readonly upTo?: number;
}

/** How one limit stands after it was asked. */
export interface RateLimitState {
  /** False where the quota was used up; then nothing was taken. */
  readonly allowed: boolean;
  readonly remaining: number;
  /** How many were taken, where it is more than one. */
  readonly taken?: number;
  /** Seconds, rounded up, until the window ends and the whole quota is to be had. */
  readonly resetSeconds: number;
}

/** Counts what callers do, for every process of the service at once. */
export interface RateLimiter {
  /**
   * Takes from each limit: from all of them, or where one is used up from none. States come in the order asked.
   * @throws DomainError OVERLOADED where the store does not answer; what to do then is the caller's to decide
   */
  take(limits: readonly RateLimit[]): Promise<readonly RateLimitState[]>;
  close(): Promise<void>;
}
