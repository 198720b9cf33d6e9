import { DomainError, type EventBus, type Logger } from "@closebell/context";
import type { ConcurrencyLimit } from "../limits/limit-concurrency.ts";
import type { LiveSource } from "./live-source.ts";
import { createTopic, type Topic } from "./topic.ts";

export interface HubOptions {
  readonly events: EventBus;
  readonly log: Logger;
  /** How many of all streams one network may have. */
  readonly streams: ConcurrencyLimit;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
  readonly heartbeatMs?: number;
  readonly minIntervalMs?: number;
  readonly stuckAfterMs?: number;
  readonly maxClients?: number;
}

/** Streams of live views to any number of clients, read from the database once for all of them. */
export interface LiveHub {
  /**
   * A stream of `source` for a client at `address`: a snapshot, then what changes, a last event, and heartbeats between.
   * @throws DomainError OVERLOADED, RATE_LIMITED where its network has too many, and whatever `source.read` throws
   */
  open(source: LiveSource, address: string): Promise<ReadableStream<Uint8Array>>;
  clients(): number;
  /** Ends every stream and takes no more. */
  close(): void;
}

// Bun closes a connection that is idle for 10 s.
const HEARTBEAT_MS = 5_000;
// Events are hints and may get lost; without a bus, this is how changes arrive.
const MAX_AGE_MS = { healthy: 15_000, unhealthy: 0 };
// Four pool totals a second.
const MIN_INTERVAL_MS = 250;
const STUCK_AFTER_MS = 30_000;
const MAX_CLIENTS = 10_000;

export const createLiveHub = (options: HubOptions): LiveHub => {
  const topics = new Map<string, Topic>();
  let closed = false;
  const topicOptions = {
    log: options.log,
    now: options.now ?? (() => performance.now()),
    minIntervalMs: options.minIntervalMs ?? MIN_INTERVAL_MS,
    stuckAfterMs: options.stuckAfterMs ?? STUCK_AFTER_MS,
  };
  const clients = () => topics.values().reduce((sum, topic) => sum + topic.size(), 0);
  const unsubscribe = options.events.subscribe((event) => {
    for (const topic of topics.values()) topic.onEvent(event);
  });
  const ticker = setInterval(() => {
    const maxAge = options.events.healthy() ? MAX_AGE_MS.healthy : MAX_AGE_MS.unhealthy;
    for (const topic of topics.values()) topic.tick(maxAge);
  }, options.heartbeatMs ?? HEARTBEAT_MS);
  ticker.unref();
  const topicOf = (source: LiveSource): Topic => {
    const known = topics.get(source.key);
    if (known !== undefined) return known;
    const topic = createTopic(source, topicOptions, () => {
      if (topics.get(source.key) === topic) topics.delete(source.key);
    });
    topics.set(source.key, topic);
    return topic;
  };
  return {
    async open(source, address) {
      if (closed || clients() >= (options.maxClients ?? MAX_CLIENTS)) {
        const detail = closed
          ? "This process is shutting down. Connect again."
          : "Too many streams are open. Poll instead, or try again later.";
        throw new DomainError("OVERLOADED", detail, { retryAfterSeconds: 2 });
      }
      const release = options.streams.acquire(address);
      const topic = topicOf(source);
      try {
        return await topic.join(release);
      } catch (error) {
        release();
        throw error;
      } finally {
        if (topic.size() === 0 && topics.get(source.key) === topic) topics.delete(source.key);
      }
    },
    clients,
    close() {
      closed = true;
      clearInterval(ticker);
      unsubscribe();
      for (const topic of topics.values()) topic.end("draining");
    },
  };
};
