import type { Logger } from "@closebell/context";

/** An open connection that sends and receives. */
export interface Connection {
  send(payload: string): Promise<unknown>;
  /** Rejects, or never answers, where the connection is dead. */
  ping(): Promise<unknown>;
  /** Resolves once the connection has ended by itself. */
  readonly lost: Promise<unknown>;
  /** Frees the socket now, without waiting for the other side. Never throws. */
  destroy(): void;
}

/** A connection that comes back by itself. */
export interface Link {
  /** Sends if there is a connection, otherwise forgets it. */
  send(payload: string): void;
  healthy(): boolean;
  close(): Promise<void>;
}

export interface LinkTiming {
  /** Wait before the second attempt; doubled for each further one, up to `retryAtMostMs`. */
  readonly retryMs: number;
  readonly retryAtMostMs: number;
  /** How long one attempt to connect may take. */
  readonly openWithinMs: number;
  /** How often a quiet connection is asked whether it lives, and how long it may take to answer. */
  readonly pingEveryMs: number;
  readonly pingWithinMs: number;
  /** How long `close` waits for what is being sent. */
  readonly flushMs: number;
}

const DEFAULT_TIMING: LinkTiming = {
  retryMs: 50,
  retryAtMostMs: 1_000,
  openWithinMs: 5_000,
  pingEveryMs: 10_000,
  pingWithinMs: 3_000,
  flushMs: 300,
};

/** More than this under way means that the other side has stopped taking them. */
const MAX_IN_FLIGHT = 10_000;

export interface LinkOptions {
  readonly name: string;
  readonly log: Logger;
  readonly timing?: Partial<LinkTiming>;
  /** Connects; gives up and frees its socket when `signal` aborts. */
  readonly open: (signal: AbortSignal) => Promise<Connection>;
}

/** Waits `ms`, or until `signal` aborts. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  const timer = setTimeout(wake, signal.aborted ? 0 : ms);
  signal.addEventListener("abort", wake, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", wake);
  });
};

const within = (ms: number, answer: Promise<unknown>): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  void answer.then(
    () => resolve(true),
    () => resolve(false),
  );
  return promise.finally(() => clearTimeout(timer));
};

/** Connects, but gives up after `ms` or when `closing` aborts. */
const attempt = async ({ open }: LinkOptions, ms: number, closing: AbortSignal) => {
  const giveUp = new AbortController();
  const stop = () => giveUp.abort();
  const timer = setTimeout(stop, ms);
  closing.addEventListener("abort", stop, { once: true });
  try {
    if (closing.aborted) stop();
    return await open(giveUp.signal);
  } finally {
    clearTimeout(timer);
    closing.removeEventListener("abort", stop);
  }
};

/** Resolves when the connection has ended, stopped answering, or `signal` has aborted. */
const untilDead = async (connection: Connection, timing: LinkTiming, signal: AbortSignal) => {
  const ended = new AbortController();
  const end = () => ended.abort();
  void connection.lost.then(end, end);
  signal.addEventListener("abort", end, { once: true });
  while (!ended.signal.aborted && !signal.aborted) {
    await sleep(timing.pingEveryMs, ended.signal);
    if (ended.signal.aborted) break;
    if (!(await within(timing.pingWithinMs, connection.ping()))) break;
  }
  signal.removeEventListener("abort", end);
};

/** Connects, watches, and connects again, until it is closed. Nothing here ever throws at its user. */
export const keepConnected = (options: LinkOptions): Link => {
  const { name, log } = options;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const closing = new AbortController();
  const inFlight = new Set<Promise<unknown>>();
  let connection: Connection | undefined;
  let complained = false;

  const complain = (error?: unknown) => {
    if (complained || closing.signal.aborted) return;
    complained = true;
    log.warn(
      { link: name, error: error instanceof Error ? error.message : undefined },
      "link down",
    );
  };

  const hold = async () => {
    const opened = await attempt(options, timing.openWithinMs, closing.signal);
    if (closing.signal.aborted) return opened.destroy();
    connection = opened;
    log.info({ link: name }, "link up");
    complained = false;
    await untilDead(opened, timing, closing.signal);
    if (closing.signal.aborted) return;
    connection = undefined;
    opened.destroy();
    complain();
  };

  const run = async () => {
    let wait = timing.retryMs;
    while (!closing.signal.aborted) {
      const begun = performance.now();
      await hold().catch(complain);
      wait = performance.now() - begun > timing.retryAtMostMs ? timing.retryMs : wait;
      await sleep(wait, closing.signal);
      wait = Math.min(wait * 2, timing.retryAtMostMs);
    }
  };

  const running = run();

  return {
    send(payload) {
      if (connection === undefined || inFlight.size >= MAX_IN_FLIGHT) return;
      const sending = connection.send(payload).catch(complain);
      inFlight.add(sending);
      void sending.finally(() => inFlight.delete(sending));
    },
    healthy: () => connection !== undefined,
    async close() {
      await within(timing.flushMs, Promise.all(inFlight));
      closing.abort();
      connection?.destroy();
      connection = undefined;
      await running;
    },
  };
};
