import { createHash } from "node:crypto";
import type { RateLimiter } from "@closebell/context";
import {
  type Connection,
  keepOpen,
  type Keeper,
  type KeepTiming,
} from "../connection/keep-open.ts";
import { type Batch, type Counter, requestsOf } from "./batch.ts";
import { COUNT_SCRIPT } from "./count-script.ts";
import { limiterOver, type LimiterOptions } from "./limiter-over.ts";

export interface RedisLimiterOptions extends LimiterOptions {
  readonly url: string;
  /** Default "closebell". Services that share a Redis need one each. */
  readonly prefix?: string;
  readonly keeping?: Partial<KeepTiming>;
}

interface CountingConnection extends Connection {
  /** Runs the script; a Redis that has forgotten it is sent it again. */
  run(keys: string[], args: string[]): Promise<unknown>;
}

const SHA = createHash("sha1").update(COUNT_SCRIPT).digest("hex");

const KEEPING: KeepTiming = {
  retryMs: 50,
  retryAtMostMs: 1_000,
  openWithinMs: 5_000,
  pingEveryMs: 10_000,
  pingWithinMs: 3_000,
  reopenAfterMs: 0,
};

/** How long a batch waits for a connection; whoever asks waits no longer than the limiter has them. */
const OPEN_WITHIN_MS = 3_000;

const isForgotten = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith("NOSCRIPT");

const open = async (url: string, signal: AbortSignal): Promise<CountingConnection> => {
  const { createClient } = await import("redis");
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  const client = createClient({
    url,
    name: "closebell-limits",
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
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", destroy);
  }
  return {
    async run(keys, args) {
      try {
        return await client.evalSha(SHA, { keys, arguments: args });
      } catch (error) {
        if (!isForgotten(error)) throw error;
        return client.eval(COUNT_SCRIPT, { keys, arguments: args });
      }
    },
    ping: () => client.ping(),
    lost,
    destroy,
  };
};

const argumentsOf = (batch: Batch): string[] =>
  [
    batch.limits.length,
    ...batch.limits.map(({ quota }) => quota),
    ...batch.limits.map(({ windowSeconds }) => windowSeconds * 1000),
    ...batch.demands,
    ...requestsOf(batch),
  ].map(String);

const countersIn = (reply: unknown, { limits }: Batch): readonly Counter[] => {
  const numbers: readonly unknown[] = Array.isArray(reply) ? reply : [];
  return limits.map((_, n) => {
    const [taken, resetMs] = [numbers[2 * n], numbers[2 * n + 1]];
    if (typeof taken === "number" && typeof resetMs === "number") return { taken, resetMs };
    throw new Error("Redis answered something else than counts");
  });
};

/**
 * Counts on Redis, on a connection of its own that opens at first use and comes back by itself. A batch is one script, which
 * runs alone; its keys share a slot.
 */
export const redisLimiter = (options: RedisLimiterOptions): RateLimiter => {
  const { url, prefix = "closebell", log, keeping = {} } = options;
  let keeper: Keeper<CountingConnection> | undefined;
  const kept = () =>
    (keeper ??= keepOpen({
      name: "redis-limits",
      log,
      timing: { ...KEEPING, ...keeping },
      open: (signal) => open(url, signal),
    }));
  return limiterOver(
    {
      async count(batch) {
        const connection = await kept().opened(OPEN_WITHIN_MS);
        const keys = batch.limits.map(({ key }) => `${prefix}:{limits}:${key}`);
        return countersIn(await connection.run(keys, argumentsOf(batch)), batch);
      },
      suspect: () => keeper?.suspect(),
      close: async () => keeper?.close(() => Promise.resolve()),
    },
    options,
  );
};
