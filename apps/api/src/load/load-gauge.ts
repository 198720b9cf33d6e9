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
  /** @throws DomainError OVERLOADED where one more would only wait */
  check(kind: RequestKind): void;
  began(kind: RequestKind): void;
  ended(kind: RequestKind, ok: boolean): void;
}

/** So many that wait are no coincidence. */
const STALLED_FROM = 10;

const overloaded = (detail: string, retryAfterSeconds: number) =>
  new DomainError("OVERLOADED", `${detail} Send it again.`, { retryAfterSeconds });

/** Bets and work need the database: where many of them wait and none succeeds, it does not answer. */
export const createGauge = (options: GaugeOptions): LoadGauge => {
  const { requestsAtOnce, stalledAfterMs, now = () => performance.now() } = options;
  let waiting = 0;
  let working = 0;
  let answeredAt = 0;
  return {
    check(kind) {
      if (kind === "polled") return;
      if (kind === "work" && working >= requestsAtOnce)
        throw overloaded("The service is answering as many requests as it can.", 1);
      if (waiting >= STALLED_FROM && now() - answeredAt > stalledAfterMs)
        throw overloaded("The service waits for its database and takes no more meanwhile.", 2);
    },
    began(kind) {
      if (kind === "polled") return;
      // nobody has waited until now
      if (waiting === 0) answeredAt = now();
      waiting += 1;
      if (kind === "work") working += 1;
    },
    ended(kind, ok) {
      if (kind === "polled") return;
      waiting -= 1;
      if (kind === "work") working -= 1;
      if (ok) answeredAt = now();
    },
  };
};
