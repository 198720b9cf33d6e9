import { HEARTBEAT } from "./frame.ts";

/** One client's end of a stream. */
export interface ClientStream {
  readonly body: ReadableStream<Uint8Array>;
  /** Gives the client a frame. One not yet taken is replaced by the next of the same event. */
  push(event: string, frame: Uint8Array): void;
  /** Lets a client that waits know that we are still here. */
  heartbeat(): void;
  /** Ends the stream after what is pending. */
  end(): void;
  /** Ends the stream and forgets what is pending. */
  drop(): void;
  /** Milliseconds for which something has been waiting to be taken; 0 if nothing is. */
  stuckFor(now: number): number;
}

const joined = (frames: Iterable<Uint8Array>): Uint8Array => {
  const list = [...frames];
  const [only] = list;
  return list.length === 1 && only !== undefined ? only : new Uint8Array(Buffer.concat(list));
};

/**
 * A stream that is pulled: nothing is written before the client's connection asks for more. What waits is at most one
 * frame of each kind of event, so a slow client costs a few kilobytes, sees the newest state and delays nobody.
 */
export const openClientStream = (now: () => number, onGone: () => void): ClientStream => {
  const pending = new Map<string, Uint8Array>();
  let waitingSince = 0;
  let ended = false;
  let wake: (() => void) | undefined;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (pending.size === 0 && !ended) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        if (pending.size > 0) controller.enqueue(joined(pending.values()));
        pending.clear();
        if (ended) controller.close();
      },
      cancel() {
        ended = true;
        pending.clear();
        onGone();
      },
    },
    { highWaterMark: 0 },
  );
  const push = (event: string, frame: Uint8Array) => {
    if (ended) return;
    if (pending.size === 0) waitingSince = now();
    pending.delete(event);
    pending.set(event, frame);
    notify();
  };
  const end = () => {
    ended = true;
    notify();
  };
  return {
    body,
    push,
    end,
    heartbeat: () => {
      if (wake !== undefined) push("", HEARTBEAT);
    },
    drop: () => {
      pending.clear();
      end();
      onGone();
    },
    stuckFor: (at) => (pending.size === 0 ? 0 : at - waitingSince),
  };
};
