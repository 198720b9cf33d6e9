import type { DomainEvent, Logger } from "@closebell/context";
import { type AudienceOptions, gatherAudience } from "./audience.ts";
import type { LiveSource, LiveView } from "./live-source.ts";
import { createViewReader } from "./view-reader.ts";

export interface TopicOptions extends AudienceOptions {
  readonly log: Logger;
  /** Pool totals are told at most this often. */
  readonly minIntervalMs: number;
}

/** One source and its clients. It is read once for all of them. */
export interface Topic {
  /** `onGone` is called once, when the stream is over; never where there is none. */
  join(onGone: () => void): Promise<ReadableStream<Uint8Array>>;
  onEvent(event: DomainEvent): void;
  /** Heartbeats, drops who is stuck, and reads again if the last time is longer ago than `maxAgeMs`. */
  tick(maxAgeMs: number): void;
  end(reason: string): void;
  /** Clients, and those about to be. */
  size(): number;
}

const changes = (next: LiveView, before: LiveView) =>
  Object.entries(next.parts).filter(
    ([event, part]) => before.parts[event]?.version !== part.version,
  );

export const createTopic = (
  source: LiveSource,
  options: TopicOptions,
  onEmpty: () => void,
): Topic => {
  let joining = 0;
  const audience = gatherAudience(options, () => {
    if (audience.size() + joining === 0) close();
  });
  const reader = createViewReader(source, {
    ...options,
    onView(next, before) {
      if (before !== undefined)
        for (const [event, part] of changes(next, before)) audience.broadcast(event, part.data);
      if (next.finished) end("finished");
    },
    onFailure: (err) => options.log.warn({ err, topic: source.key }, "a live view was not read"),
  });
  const close = () => {
    reader.stop();
    onEmpty();
  };
  const end = (reason: string) => {
    audience.dismiss(reason);
    close();
  };
  return {
    async join(onGone) {
      joining += 1;
      try {
        return audience.welcome((await reader.fresh()).snapshot, onGone);
      } finally {
        joining -= 1;
      }
    },
    onEvent(event) {
      const urgency = source.concernedBy(event);
      if (urgency === "now") reader.refresh();
      else if (urgency === "soon") reader.refreshSoon();
    },
    tick(maxAgeMs) {
      audience.tick();
      if (audience.size() > 0 && reader.age() > maxAgeMs) reader.refresh();
    },
    end,
    size: () => audience.size() + joining,
  };
};
