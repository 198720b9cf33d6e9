import type { EventBus } from "@closebell/context";

/** A bus for a process that nobody listens to. */
export const quietEvents: EventBus = {
  publish: () => undefined,
  subscribe: () => () => undefined,
  healthy: () => true,
  close: () => Promise.resolve(),
};
