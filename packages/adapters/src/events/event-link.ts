import type { Logger } from "@closebell/context";
import { type Connection, keepOpen, type KeepTiming } from "../connection/keep-open.ts";
import { within } from "../connection/within.ts";

/** A connection that also sends. */
export interface EventConnection extends Connection {
  send(payload: string): Promise<unknown>;
}

/** What a bus sends with: while there is a connection it sends, otherwise it forgets. */
export interface Link {
  send(payload: string): void;
  healthy(): boolean;
  close(): Promise<void>;
}

export interface LinkOptions {
  readonly name: string;
  readonly log: Logger;
  readonly timing: Partial<KeepTiming>;
  readonly open: (signal: AbortSignal) => Promise<EventConnection>;
}

const TIMING: KeepTiming = {
  retryMs: 50,
  retryAtMostMs: 1_000,
  openWithinMs: 5_000,
  pingEveryMs: 10_000,
  pingWithinMs: 3_000,
  reopenAfterMs: 0,
};

/** More than this under way means that the other side has stopped taking them. */
const MAX_IN_FLIGHT = 10_000;

/** How long closing waits for what is being sent. */
const FLUSH_MS = 300;

export const eventLink = (options: LinkOptions): Link => {
  const keeper = keepOpen({ ...options, timing: { ...TIMING, ...options.timing } });
  const inFlight = new Set<Promise<unknown>>();
  return {
    send(payload) {
      const connection = keeper.current();
      if (connection === undefined || inFlight.size >= MAX_IN_FLIGHT) return;
      const sending = connection.send(payload).catch(() => keeper.suspect());
      inFlight.add(sending);
      void sending.finally(() => inFlight.delete(sending));
    },
    healthy: () => keeper.answers(),
    close: () =>
      keeper.close(async () => {
        await within(FLUSH_MS, Promise.all(inFlight));
      }),
  };
};
