import type { DomainEvent, EventBus, Logger } from "@closebell/context";
import { fanOut } from "./fan-out.ts";

/** Calls back once after `ms`; the function it returns calls that off. */
export type Timer = (ms: number, callback: () => void) => () => void;

export interface CoalesceOptions {
  readonly log: Logger;
  /** Default 4. */
  readonly perSecond?: number;
  readonly timer?: Timer;
}

type PoolsEvent = Extract<DomainEvent, { type: "round.pools" }>;

interface Throttle {
  push(event: DomainEvent): void;
  /** Passes on what was held back, and stops its timers. */
  flush(): void;
}

const hostTimer: Timer = (ms, callback) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};

const throttlePools = (
  pauseMs: number,
  timer: Timer,
  pass: (event: DomainEvent) => void,
): Throttle => {
  const pauses = new Map<string, { stop: () => void; held: PoolsEvent | undefined }>();

  const begin = (key: string, event: PoolsEvent) => {
    const stop = timer(pauseMs, () => {
      const held = pauses.get(key)?.held;
      pauses.delete(key);
      if (held !== undefined) begin(key, held);
    });
    pauses.set(key, { stop, held: undefined });
    pass(event);
  };

  return {
    push(event) {
      if (event.type !== "round.pools") return pass(event);
      const key = `${event.market}/${event.round}`;
      const pause = pauses.get(key);
      if (pause === undefined) begin(key, event);
      else pause.held = event;
    },
    flush() {
      for (const { stop, held } of pauses.values()) {
        stop();
        if (held !== undefined) pass(held);
      }
      pauses.clear();
    },
  };
};

/**
 * Thins out pool totals to `perSecond` a round, on the way out and, since several processes publish, on the way in. The
 * first and the last of a burst always get through, the last one late by a pause of each way at most. All other events
 * pass at once.
 */
export const coalescePools = (bus: EventBus, options: CoalesceOptions): EventBus => {
  const pauseMs = 1_000 / (options.perSecond ?? 4);
  const timer = options.timer ?? hostTimer;
  const subscribers = fanOut(options.log);
  const outward = throttlePools(pauseMs, timer, (event) => bus.publish(event));
  const inward = throttlePools(pauseMs, timer, (event) => subscribers.tell(event));
  const unsubscribe = bus.subscribe((event) => inward.push(event));
  return {
    publish: (event) => outward.push(event),
    subscribe: subscribers.add,
    healthy: () => bus.healthy(),
    async close() {
      outward.flush();
      inward.flush();
      unsubscribe();
      await bus.close();
    },
  };
};
