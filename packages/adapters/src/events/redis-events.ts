import type { EventBus } from "@closebell/context";
import type { KeepTiming } from "../connection/keep-open.ts";
import { busOver, type BusOptions } from "./bus-over.ts";
import { type EventConnection, eventLink } from "./event-link.ts";

export interface RedisEventsOptions extends BusOptions {
  readonly url: string;
  /** Default "closebell:events". Services that share a Redis need one each. */
  readonly channel?: string;
  readonly timing?: Partial<KeepTiming>;
}

interface OpenOptions {
  readonly url: string;
  readonly channel: string;
  readonly signal: AbortSignal;
  readonly receive: (payload: string) => void;
}

const open = async ({ url, channel, signal, receive }: OpenOptions): Promise<EventConnection> => {
  const { createClient } = await import("redis");
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  // RESP 3 lets one connection publish and listen
  const client = createClient({
    url,
    RESP: 3,
    name: "closebell-events",
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false, connectTimeout: 3_000 },
  });
  const destroy = () => {
    if (client.isOpen) client.destroy();
  };
  client.on("error", () => lose());
  client.on("end", () => lose());
  signal.addEventListener("abort", destroy, { once: true });
  try {
    signal.throwIfAborted();
    await client.connect();
    await client.subscribe(channel, receive);
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", destroy);
  }
  return {
    send: (payload) => client.publish(channel, payload),
    ping: () => client.ping(),
    lost,
    destroy,
  };
};

/**
 * Events over Redis pub/sub, on a connection of their own. Connects by itself and again after every loss; what is
 * published or sent meanwhile does not reach the other processes.
 */
export const redisEvents = (options: RedisEventsOptions): EventBus =>
  busOver(options, (receive) => {
    const { url, channel = "closebell:events", log, timing = {} } = options;
    return eventLink({
      name: "redis-events",
      log,
      timing,
      open: (signal) => open({ url, channel, signal, receive }),
    });
  });
