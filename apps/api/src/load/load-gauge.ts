import { DomainError } from "@closebell/context";
import type { RequestKind } from "./request-kind.ts";

export interface GaugeOptions {
  /** Requests that each take a connection to the database, at once. */
  readonly requestsAtOnce: number;
  /** Where nothing was answered for so long while requests wait, new ones are refused at once. */
  readonly stalledAfterMs: number;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
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

const overloaded = (detail: string, retryAfterSeconds: number) =>
  new DomainError("OVERLOADED", `${detail} Send it again.`, { retryAfterSeconds });

/**
 * What is batched and what is work needs the database: where many wait and none is answered, it does not answer. Then one
 * request at a time is let through, so that whoever only pretends to wait (by a body that never ends) shuts nobody out.
 */
export const createGauge = (options: GaugeOptions): LoadGauge => {
  const { requestsAtOnce, stalledAfterMs, now = () => performance.now() } = options;
  let waiting = 0;
  let working = 0;
  let answeredAt = 0;
  let isProbing = false;
  const isStalled = () => waiting >= STALLED_FROM && now() - answeredAt > stalledAfterMs;
  return {
    take(kind) {
      if (kind === "polled") return false;
      if (kind === "work" && working >= requestsAtOnce)
        throw overloaded("The service is answering as many requests as it can.", 1);
      const isProbe = isStalled();
      if (isProbe && isProbing)
        throw overloaded("The service waits for its database and takes no more meanwhile.", 2);
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
