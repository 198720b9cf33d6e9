import type { DomainEvent, EventBus } from "./event-bus.ts";
import type { Ids } from "./ids.ts";
import type { Logger } from "./logger.ts";

/** Ids that count up from `seed`: valid UUIDv7 shapes, the same in every run. */
export const countingIds = (seed = 0): Ids => {
  let n = 0;
  return {
    uuid: () => {
      n += 1;
      const time = (seed * 2 ** 20 + n).toString(16).padStart(12, "0");
      return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, "0")}`;
    },
  };
};

/** A bus within this process that also keeps what was published. */
export const memoryEvents = (): EventBus & { readonly published: DomainEvent[] } => {
  const handlers = new Set<(event: DomainEvent) => void>();
  const published: DomainEvent[] = [];
  return {
    published,
    publish(event) {
      published.push(event);
      for (const handler of handlers) handler(event);
    },
    subscribe(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    healthy: () => true,
    close: () => Promise.resolve(),
  };
};

/** A logger that says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
