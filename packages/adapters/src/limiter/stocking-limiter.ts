import type { RateLimit, RateLimiter, RateLimitState } from "@closebell/context";
import { forgetSome } from "./forget-some.ts";

export interface StockingOptions {
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
  /** Keys remembered at most; past that the oldest are forgotten, with what was in stock of them. Default 100,000. */
  readonly maxKeys?: number;
}

/** A limiter that mostly has the answer at once. */
export interface StockingLimiter {
  /** Undefined where the other processes have to be asked. */
  takeNow(limits: readonly RateLimit[]): readonly RateLimitState[] | undefined;
  /** As a RateLimiter's. @throws DomainError OVERLOADED */
  take(limits: readonly RateLimit[]): Promise<readonly RateLimitState[]>;
}

/** The share of a quota that is fetched at a time. */
const SHARE = 100;

interface Stock {
  /** How many this process may still give out. */
  left: number;
  /** How many there were beside those when it was fetched. */
  readonly beside: number;
  readonly until: number;
  /** For how many of those who waited for it it was too little: so many are fetched next. */
  readonly short: number;
}

interface Fetching {
  readonly done: Promise<void>;
  /** Who waits for it. */
  waiting: number;
}

class Stocking implements StockingLimiter {
  readonly #limiter: RateLimiter;
  readonly #now: () => number;
  readonly #maxKeys: number;
  readonly #stocks = new Map<string, Stock>();
  readonly #fetching = new Map<string, Fetching>();

  constructor(limiter: RateLimiter, options: StockingOptions) {
    const { now = () => performance.now(), maxKeys = 100_000 } = options;
    this.#limiter = limiter;
    // whole, so that what is added to it comes off again to the bit
    this.#now = () => Math.trunc(now());
    this.#maxKeys = maxKeys;
  }

  takeNow(limits: readonly RateLimit[]): readonly RateLimitState[] | undefined {
    const at = this.#now();
    const stocks: Stock[] = [];
    let all = true;
    for (const { key } of limits) {
      const stock = this.#stocks.get(key);
      if (stock === undefined || stock.until <= at) return undefined;
      // others gave some out since, or there was more than was fetched
      if (stock.left === 0 && stock.beside > 0) return undefined;
      if (stock.left === 0) all = false;
      stocks.push(stock);
    }
    return stocks.map((stock) => {
      const allowed = stock.left > 0;
      if (all) stock.left -= 1;
      const resetSeconds = Math.max(1, Math.ceil((stock.until - at) / 1000));
      return { allowed, remaining: stock.left + stock.beside, resetSeconds };
    });
  }

  async take(limits: readonly RateLimit[]): Promise<readonly RateLimitState[]> {
    for (;;) {
      const states = this.takeNow(limits);
      if (states !== undefined) return states;
      await Promise.all(
        limits.filter((limit) => this.#isShort(limit)).map((limit) => this.#wait(limit)),
      );
    }
  }

  #isShort({ key }: RateLimit): boolean {
    const stock = this.#stocks.get(key);
    if (stock === undefined || stock.until <= this.#now()) return true;
    return stock.left === 0 && stock.beside > 0;
  }

  /** For what is being fetched; where that is too little for them all, the rest is fetched at once by one of them. */
  #wait(limit: RateLimit): Promise<void> {
    const { key } = limit;
    const fetching = this.#fetching.get(key) ?? { done: this.#fetch(limit), waiting: 0 };
    fetching.waiting += 1;
    this.#fetching.set(key, fetching);
    return fetching.done;
  }

  async #fetch(limit: RateLimit): Promise<void> {
    const { key } = limit;
    try {
      await this.#restock(limit);
    } finally {
      this.#fetching.delete(key);
    }
  }

  async #restock(limit: RateLimit): Promise<void> {
    const { key, quota } = limit;
    const short = this.#stocks.get(key)?.short ?? 0;
    const wanted = Math.max(1, Math.floor(quota / SHARE), short);
    const [state] = await this.#limiter.take([{ ...limit, upTo: Math.min(quota, wanted) }]);
    if (state === undefined) return;
    forgetSome(this.#stocks, { at: this.#now(), maxKeys: this.#maxKeys });
    this.#stocks.delete(key);
    const left = state.allowed ? (state.taken ?? 1) : 0;
    this.#stocks.set(key, {
      left,
      short: Math.max(0, (this.#fetching.get(key)?.waiting ?? 0) - left),
      beside: state.allowed ? state.remaining : 0,
      until: this.#now() + state.resetSeconds * 1000,
    });
  }
}

/**
 * Fetches a hundredth of a quota at a time from a limiter that counts for all processes, and gives that out by itself, at once. In
 * all no more than the quota, though what is in stock when a window ends is good for up to a second longer. What one process has in
 * stock another lacks: a caller who goes from one to the other may be refused a hundredth too early for each. What is used up is
 * remembered until its window ends.
 */
export const stockingLimiter = (
  limiter: RateLimiter,
  options: StockingOptions = {},
): StockingLimiter => new Stocking(limiter, options);
