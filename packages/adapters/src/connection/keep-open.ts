import type { Logger } from "@closebell/context";
import { sleep } from "./sleep.ts";
import { within } from "./within.ts";

/** Something that is open to a server. */
export interface Connection {
  /** Rejects, or never answers, where the connection is dead. */
  ping(): Promise<unknown>;
  /** Resolves once the connection has ended for good; never, where it heals by itself. */
  readonly lost: Promise<unknown>;
  /** Frees its sockets now, without waiting for the other side. Never throws; harmless when repeated. */
  destroy(): void;
}

export interface KeepTiming {
  /** Wait before the second attempt to open; doubled for each further one, up to `retryAtMostMs`. */
  readonly retryMs: number;
  readonly retryAtMostMs: number;
  /** How long one attempt to open may take. */
  readonly openWithinMs: number;
  /** How often the server is asked whether it lives, and how long it may take to answer. */
  readonly pingEveryMs: number;
  readonly pingWithinMs: number;
  /** After that long without an answer everything is opened anew. */
  readonly reopenAfterMs: number;
}

export interface KeepOptions<T extends Connection> {
  readonly name: string;
  readonly log: Logger;
  readonly timing: KeepTiming;
  /** Connects; gives up and frees its sockets when `signal` aborts. */
  readonly open: (signal: AbortSignal) => Promise<T>;
}

/** A connection that comes back by itself. */
export interface Keeper<T> {
  current(): T | undefined;
  /** Open, and answering when last asked. */
  answers(): boolean;
  /** Waits for it to be open. Rejects after `ms`, and once closing has begun. */
  opened(ms: number): Promise<T>;
  /** Asks at once whether the server still answers: something looked wrong. */
  suspect(): void;
  /** Ends for ever; `finish` may say goodbye first, in its own time. */
  close(finish: (connection: T) => Promise<void>): Promise<void>;
}

/** Opens, but gives up after `ms` or when `closing` aborts. */
const attempt = async <T extends Connection>(options: KeepOptions<T>, closing: AbortSignal) => {
  const giveUp = new AbortController();
  const stop = () => giveUp.abort();
  const timer = setTimeout(stop, options.timing.openWithinMs);
  closing.addEventListener("abort", stop, { once: true });
  try {
    if (closing.aborted) stop();
    return await options.open(giveUp.signal);
  } finally {
    clearTimeout(timer);
    closing.removeEventListener("abort", stop);
  }
};

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : undefined);

class Keeping<T extends Connection> implements Keeper<T> {
  readonly #options: KeepOptions<T>;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #connection: T | undefined;
  #answers = false;
  #complained = false;
  #wake = new AbortController();
  #opened = Promise.withResolvers<T>();
  #closed: Promise<void> | undefined;

  constructor(options: KeepOptions<T>) {
    this.#options = options;
    this.#running = this.#run();
  }

  current() {
    return this.#connection;
  }

  answers() {
    return this.#answers && this.#connection !== undefined;
  }

  async opened(ms: number): Promise<T> {
    const opened = this.#opened.promise;
    await Promise.race([opened, sleep(ms, this.#closing.signal)]);
    if (this.#connection !== undefined) return this.#connection;
    throw new Error(`${this.#options.name} is not open`);
  }

  suspect() {
    // while it is known to be away it is asked often enough, and asking may itself raise suspicion
    if (this.#answers) this.#wake.abort();
  }

  close(finish: (connection: T) => Promise<void>): Promise<void> {
    this.#closed ??= this.#close(finish);
    return this.#closed;
  }

  async #close(finish: (connection: T) => Promise<void>) {
    this.#closing.abort();
    const connection = this.#connection;
    if (connection !== undefined) await finish(connection);
    this.#connection = undefined;
    connection?.destroy();
    await this.#running;
  }

  #say(answers: boolean, error?: unknown) {
    this.#answers = answers;
    const { log, name } = this.#options;
    if (answers) log.info({ link: name }, "link up");
    else if (!this.#complained && !this.#closing.signal.aborted) {
      log.warn({ link: name, error: reasonOf(error) }, "link down");
    }
    this.#complained = !answers;
  }

  async #run() {
    const { retryMs, retryAtMostMs } = this.#options.timing;
    let wait = retryMs;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#hold();
        wait = retryMs;
      } catch (error) {
        this.#say(false, error);
      }
      await sleep(wait, this.#closing.signal);
      wait = Math.min(wait * 2, retryAtMostMs);
    }
  }

  /** One connection's life. Rejects where it did not even open. */
  async #hold() {
    const connection = await attempt(this.#options, this.#closing.signal);
    if (this.#closing.signal.aborted) return connection.destroy();
    this.#connection = connection;
    this.#say(true);
    this.#opened.resolve(connection);
    await this.#watch(connection);
    if (this.#closing.signal.aborted) return;
    this.#connection = undefined;
    this.#opened = Promise.withResolvers<T>();
    this.#say(false);
    connection.destroy();
  }

  /** Until the connection is lost, has not answered for too long, or is no longer wanted. */
  async #watch(connection: T) {
    const { pingEveryMs, pingWithinMs, reopenAfterMs, retryAtMostMs } = this.#options.timing;
    const ended = new AbortController();
    const end = () => ended.abort();
    void connection.lost.then(end, end);
    let answered = performance.now();
    while (!ended.signal.aborted && !this.#closing.signal.aborted) {
      const pause = this.#answers ? pingEveryMs : Math.min(pingEveryMs, retryAtMostMs);
      await sleep(pause, ended.signal, this.#closing.signal, this.#wake.signal);
      if (this.#wake.signal.aborted) this.#wake = new AbortController();
      if (ended.signal.aborted || this.#closing.signal.aborted) return;
      const answers = await within(pingWithinMs, connection.ping());
      if (this.#closing.signal.aborted) return;
      if (answers) answered = performance.now();
      if (answers !== this.#answers) this.#say(answers);
      if (!answers && performance.now() - answered >= reopenAfterMs) return;
    }
  }
}

/** Opens, watches, and opens again, until it is closed. Nothing here ever throws at its user. */
export const keepOpen = <T extends Connection>(options: KeepOptions<T>): Keeper<T> =>
  new Keeping(options);
