import {
  DomainError,
  type Logger,
  type RateLimit,
  type RateLimiter,
  type RateLimitState,
} from "@closebell/context";
import { batchOf, judge } from "./batch.ts";
import type { Store } from "./store.ts";

export interface LimiterTiming {
  /** Whoever has no answer by then is refused. */
  readonly answerWithinMs: number;
  /** The same while the store has never answered: it is being connected to. */
  readonly firstAnswerWithinMs: number;
  /** A store that did not answer is not asked again for so long; all are refused at once meanwhile. */
  readonly restMs: number;
}

export interface LimiterOptions {
  readonly log: Logger;
  readonly timing?: Partial<LimiterTiming>;
}

const TIMING: LimiterTiming = { answerWithinMs: 500, firstAnswerWithinMs: 3_000, restMs: 500 };

/** Requests in one call at most. */
const MAX_BATCH = 1_000;
/** So many that wait are more than a store that answers leaves waiting. */
const MAX_WAITING = 20_000;

interface Waiting {
  readonly limits: readonly RateLimit[];
  readonly resolve: (states: readonly RateLimitState[]) => void;
  readonly reject: (error: DomainError) => void;
}

const noAnswer = () =>
  new DomainError(
    "OVERLOADED",
    "It can't be counted right now how often this was asked. Try again.",
    {
      retryAfterSeconds: 1,
    },
  );

/** What `work` resolves to, unless that takes too long. */
const orTooLate = async <T>(work: Promise<T>, ms: number): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

class LimiterOver implements RateLimiter {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #timing: LimiterTiming;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #asking = false;
  #restsUntil = 0;
  #answers = true;
  #knows = false;

  constructor(store: Store, { log, timing }: LimiterOptions) {
    this.#store = store;
    this.#log = log;
    this.#timing = { ...TIMING, ...timing };
  }

  take(limits: readonly RateLimit[]): Promise<readonly RateLimitState[]> {
    if (limits.length === 0) return Promise.resolve([]);
    if (this.#refuses()) return Promise.reject(noAnswer());
    const { promise, resolve, reject } = Promise.withResolvers<readonly RateLimitState[]>();
    this.#waiting.push({ limits, resolve, reject });
    this.#schedule();
    return promise;
  }

  /** While the store is away one batch finds out whether it is back; nobody else waits for that. */
  #refuses(): boolean {
    if (this.#waiting.length >= MAX_WAITING) return true;
    return !this.#answers && (this.#asking || performance.now() < this.#restsUntil);
  }

  /** At the end of this turn of the event loop, when all that came in during it has asked. */
  #schedule() {
    if (this.#scheduled || this.#asking) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#ask(this.#waiting.splice(0, MAX_BATCH));
    });
  }

  async #ask(asked: readonly Waiting[]) {
    this.#asking = true;
    const batch = batchOf(asked.map(({ limits }) => limits));
    const { answerWithinMs, firstAnswerWithinMs } = this.#timing;
    const ms = this.#knows ? answerWithinMs : firstAnswerWithinMs;
    try {
      const counters = await orTooLate(this.#store.count(batch), ms);
      this.#knows = true;
      const { states } = judge(batch, counters);
      this.#say(true);
      asked.forEach(({ resolve }, n) => resolve(states[n] ?? []));
    } catch (error) {
      this.#store.suspect();
      this.#restsUntil = performance.now() + this.#timing.restMs;
      this.#say(false, error);
      for (const { reject } of [...asked, ...this.#waiting.splice(0)]) reject(noAnswer());
    }
    this.#asking = false;
    if (this.#waiting.length > 0) this.#schedule();
  }

  #say(answers: boolean, error?: unknown) {
    if (answers === this.#answers) return;
    this.#answers = answers;
    if (answers) this.#log.info({}, "rate limits are counted together again");
    else this.#log.warn({ err: error }, "the store of rate limits does not answer");
  }

  async close() {
    for (const { reject } of this.#waiting.splice(0)) reject(noAnswer());
    await this.#store.close();
  }
}

/**
 * A limiter on a store: all that asks during one turn of the event loop, or while an answer is on its way, goes together in
 * one call.
 */
export const limiterOver = (store: Store, options: LimiterOptions): RateLimiter =>
  new LimiterOver(store, options);
