import type { DomainEvent, Logger } from "@closebell/context";

type Handler = (event: DomainEvent) => void;

/** The subscribers of one process. One that throws is logged and keeps nothing from the others. */
export const fanOut = (log: Logger) => {
  const handlers = new Set<Handler>();
  return {
    add(this: void, handler: Handler): () => void {
      const own: Handler = (event) => handler(event);
      handlers.add(own);
      return () => handlers.delete(own);
    },
    tell(event: DomainEvent): void {
      for (const handler of handlers) {
        try {
          handler(event);
        } catch (error) {
          log.error({ event: event.type, error }, "a subscriber failed on an event");
        }
      }
    },
  };
};
