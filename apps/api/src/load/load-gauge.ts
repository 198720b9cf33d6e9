import { DomainError } from "@closebell/context";
import type { RequestKind } from "./request-kind.ts";

/**
 * Why a request was answered 503. `busy`: as many are answered as may be. `stalled`: the database answers nobody. `late`: it took too
 * long. `stopping`: the process ended before its answer.
 */
export const LOAD_REFUSALS = ["busy", "stalled", "late", "stopping"] as const;

export type LoadRefusal = (typeof LOAD_REFUSALS)[number];

export interface GaugeOptions {
  /** Requests that each take a connection to the database, at once. */
  readonly requestsAtOnce: number;
  /** Where nothing was answered for so long while requests wait, new ones are refused at once. */
  readonly stalledAfterMs: number;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
  /** Told of each request that is refused or given up. */
  readonly refused?: (reason: LoadRefusal) => void;
}

/** How much this process has taken on, and whether it gets anywhere. */
export interface LoadGauge {
  /**
   * Takes on one more. Answers whether it goes to see if the database answers again.
   * @throws DomainError OVERLOADED where it would only wait
   */
  take(kind: RequestKind): boolean;
  /** One that was taken on has ended, with this status if it has any. */
  ended(kind: RequestKind, isProbe: boolean, status: number | undefined): void;
}

/** So many that wait are no coincidence. */
const STALLED_FROM = 10;

/** Answers that nobody needs the database for. */
const SAYS_NOTHING: ReadonlySet<number | undefined> = new Set([
  undefined,
  400,
  401,
  413,
  415,
  422,
  429,
  500,
  503,
]);

const busy = () =>
  new DomainError(
    "OVERLOADED",
    "The service is answering as many requests as it can. Send it again.",
    { retryAfterSeconds: 1 },
  );

const stalled = () =>
  new DomainError(
    "OVERLOADED",
    "The service waits for its database and takes no more meanwhile. Send it again.",
    { retryAfterSeconds: 2 },
  );

/**
 * What is batched and what is work needs the database: where many wait and none is answered, it does not answer. Then one
 * request at a time is let through, so that whoever only pretends to wait (by a small body that never ends) shuts nobody out.
 */
export const createGauge = (options: GaugeOptions): LoadGauge => {
  const { requestsAtOnce, stalledAfterMs, now = () => performance.now(), refused } = options;
  let waiting = 0;
  let working = 0;
  let answeredAt = 0;
  let isProbing = false;
  const isStalled = () => waiting >= STALLED_FROM && now() - answeredAt > stalledAfterMs;
  return {
    take(kind) {
      if (kind === "polled") return false;
      if (kind === "work" && working >= requestsAtOnce) {
        refused?.("busy");
        throw busy();
      }
      const isProbe = isStalled();
      if (isProbe && isProbing) {
        refused?.("stalled");
        throw stalled();
      }
      // nobody has waited until now
      if (waiting === 0) answeredAt = now();
      waiting += 1;
      if (kind === "work") working += 1;
      isProbing ||= isProbe;
      return isProbe;
    },
    ended(kind, isProbe, status) {
      if (kind === "polled") return;
      waiting -= 1;
      if (kind === "work") working -= 1;
      if (isProbe) isProbing = false;
      if (!SAYS_NOTHING.has(status)) answeredAt = now();
    },
  };
};
