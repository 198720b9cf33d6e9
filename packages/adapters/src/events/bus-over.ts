import {
  type DomainEvent,
  type EventBus,
  type Ids,
  type Logger,
  randomIds,
} from "@closebell/context";
import { decodeEnvelope, encodeEnvelope } from "./envelope.ts";
import type { Link } from "./event-link.ts";
import { fanOut } from "./fan-out.ts";

/** What every bus takes besides its own connection. */
export interface BusOptions {
  readonly log: Logger;
  /** Names this bus among the others, so that it knows its own events when they come back. */
  readonly ids?: Ids;
}

/**
 * A bus over a link to the other processes. This process's own subscribers get its events directly, also while the link
 * is down; the others get them over the link, or not at all.
 */
export const busOver = (
  { log, ids = randomIds }: BusOptions,
  connect: (receive: (payload: string) => void) => Link,
): EventBus => {
  const self = ids.uuid();
  const subscribers = fanOut(log);
  let closed = false;

  const deliver = (event: DomainEvent) => {
    if (!closed) subscribers.tell(event);
  };

  const link = connect((payload) => {
    const envelope = decodeEnvelope(payload);
    if (envelope === undefined) log.debug({}, "an event that can't be read was ignored");
    else if (envelope.from !== self) deliver(envelope.event);
  });

  return {
    publish(event) {
      if (closed) return;
      const payload = encodeEnvelope({ from: self, event });
      if (payload === undefined) log.error({ event: event.type }, "an event is too long to travel");
      else link.send(payload);
      queueMicrotask(() => deliver(event));
    },
    subscribe: subscribers.add,
    healthy: () => !closed && link.healthy(),
    async close() {
      closed = true;
      await link.close();
    },
  };
};
