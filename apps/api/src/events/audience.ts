import { openClientStream, type ClientStream } from "./client-stream.ts";
import { END_ID, eventFrame, PREAMBLE } from "./frame.ts";

/** The clients of one topic. */
export interface Audience {
  /**
   * A new client's stream, which begins with `snapshot`; the last one where the audience was dismissed. `onGone` is called once,
   * when it is over.
   */
  welcome(snapshot: string, onGone: () => void): ReadableStream<Uint8Array>;
  broadcast(event: string, data: string): void;
  /** Heartbeats, and drops who has taken nothing for too long. */
  tick(): void;
  /** Tells everyone why it is over, and takes nobody any more. */
  dismiss(reason: string): void;
  size(): number;
}

export interface AudienceOptions {
  readonly now: () => number;
  /** A client that takes nothing for so long is dropped. */
  readonly stuckAfterMs: number;
}

const endOne = (client: ClientStream, reason: string) => {
  client.push("end", eventFrame("end", END_ID, JSON.stringify({ reason })));
  client.end();
};

export const gatherAudience = (options: AudienceOptions, onLeave: () => void): Audience => {
  const clients = new Map<ClientStream, () => void>();
  let serial = 0;
  let dismissedFor: string | undefined;
  const frame = (event: string, data: string): Uint8Array => {
    serial += 1;
    return eventFrame(event, String(serial), data);
  };
  const leave = (client: ClientStream) => {
    const onGone = clients.get(client);
    if (onGone === undefined) return;
    clients.delete(client);
    onGone();
    onLeave();
  };
  return {
    welcome(snapshot, onGone) {
      const client: ClientStream = openClientStream(options.now, () => leave(client));
      client.push("preamble", PREAMBLE);
      client.push("snapshot", frame("snapshot", snapshot));
      if (dismissedFor === undefined) clients.set(client, onGone);
      else {
        endOne(client, dismissedFor);
        onGone();
      }
      return client.body;
    },
    broadcast(event, data) {
      const shared = frame(event, data);
      for (const client of clients.keys()) client.push(event, shared);
    },
    tick() {
      const now = options.now();
      for (const client of clients.keys()) {
        if (client.stuckFor(now) > options.stuckAfterMs) client.drop();
        else client.heartbeat();
      }
    },
    dismiss(reason) {
      dismissedFor = reason;
      for (const [client, onGone] of clients) {
        endOne(client, reason);
        onGone();
      }
      clients.clear();
    },
    size: () => clients.size,
  };
};
