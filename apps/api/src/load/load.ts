import { DomainError } from "@closebell/context";
import { createGauge, type GaugeOptions, type LoadRefusal } from "./load-gauge.ts";
import type { RequestKind } from "./request-kind.ts";

export interface LoadOptions extends GaugeOptions {
  /** A request without an answer by then is given up. */
  readonly answerWithinMs: number;
}

/** What a request has while it is answered. */
export interface Slot {
  /**
   * Leaves it to others until what is waited for is there, which costs this process nothing, and takes one again.
   * @throws DomainError OVERLOADED where there is none then; whatever the promise rejects with
   */
  releaseWhile<T>(waiting: Promise<T>): Promise<T>;
}

/** The requests this process is answering: how many it takes on, and for how long. */
export interface Load {
  /**
   * Has a request answered.
   * @throws DomainError OVERLOADED before anything is done, or DATABASE_UNAVAILABLE where it took too long
   */
  carry(
    kind: RequestKind,
    answer: (slot: Slot) => Response | Promise<Response>,
  ): Response | Promise<Response>;
  /** Gives up what took too long; called by a timer of its own too. */
  sweep(): void;
  /** Gives up all that is being answered, since the process ends. */
  giveUp(): void;
  close(): void;
}

interface Carried {
  readonly startedAt: number;
  readonly giveUp: (reason: LoadRefusal) => void;
}

const NO_SLOT: Slot = { releaseWhile: (waiting) => waiting };

const SWEEP_EVERY_MS = 250;

const tooLate = () =>
  new DomainError("DATABASE_UNAVAILABLE", "The request was not answered in time.", {
    retryAfterSeconds: 1,
  });

/**
 * Carries requests to their answers. One sweep looks at the oldest, which stand first: a timer for each request would cost a
 * bet more than all the rest of this.
 */
export const createLoad = (options: LoadOptions): Load => {
  const { answerWithinMs, now = () => performance.now(), refused } = options;
  const gauge = createGauge(options);
  const carried = new Set<Carried>();

  const carryOn = async (
    kind: RequestKind,
    answer: (slot: Slot) => Response | Promise<Response>,
  ): Promise<Response> => {
    let isProbe = gauge.take(kind);
    let isHeld = true;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const giveUp = (reason: LoadRefusal) => {
      // its answer may take a turn longer than the next sweep
      if (!carried.delete(one)) return;
      refused?.(reason);
      reject(tooLate());
    };
    const one = { startedAt: now(), giveUp };
    carried.add(one);
    const release = (status: number | undefined): void => {
      if (isHeld) gauge.ended(kind, isProbe, status);
      isHeld = false;
    };
    const slot: Slot = {
      async releaseWhile(waiting) {
        release(undefined);
        const awaited = await waiting;
        // nobody hears the answer, and nobody would give the slot back
        if (!carried.has(one)) throw tooLate();
        isProbe = gauge.take(kind);
        isHeld = true;
        return awaited;
      },
    };
    let status: number | undefined;
    try {
      const response = await Promise.race([answer(slot), late]);
      ({ status } = response);
      return response;
    } finally {
      carried.delete(one);
      release(status);
    }
  };
  const sweep = (): void => {
    const before = now() - answerWithinMs;
    for (const one of carried) {
      if (one.startedAt > before) return;
      one.giveUp("late");
    }
  };
  const timer = setInterval(sweep, SWEEP_EVERY_MS);
  timer.unref();

  return {
    carry: (kind, answer) => (kind === "watch" ? answer(NO_SLOT) : carryOn(kind, answer)),
    sweep,
    giveUp() {
      for (const one of carried) one.giveUp("stopping");
    },
    close: () => clearInterval(timer),
  };
};
