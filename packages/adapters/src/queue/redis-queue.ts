import { type BullBackend, QUEUE_NAME } from "./bull-backend.ts";
import type { JobQueue, QueueOptions } from "./job-queue.ts";
import { queueOver } from "./queue-over.ts";

export interface RedisQueueOptions extends QueueOptions {
  readonly url: string;
  /** First part of every key; default "closebell". Services that share a Redis need one each. */
  readonly prefix?: string;
}

/** What this file needs of a node-redis client, whose own type does not survive `duplicate`. */
interface RawClient {
  readonly isOpen: boolean;
  duplicate(): RawClient;
  on(event: "error", listener: () => void): unknown;
  destroy(): void;
}

const open = async (
  { url, prefix = "closebell" }: RedisQueueOptions,
  signal: AbortSignal,
): Promise<BullBackend> => {
  const { createClient } = await import("redis");
  const { createNodeRedisClient, Queue, Worker } = await import("bullmq");
  const clients: RawClient[] = [];
  let isOpen = false;

  // BullMQ duplicates the client to block on, and leaves closing all of them to us
  const track = <T extends RawClient>(client: T): T => {
    const duplicate = client.duplicate.bind(client);
    Reflect.defineProperty(client, "duplicate", { value: () => track(duplicate()) });
    client.on("error", () => undefined);
    clients.push(client);
    return client;
  };

  const destroy = () => {
    for (const client of clients) if (client.isOpen) client.destroy();
  };

  const client = (disableOfflineQueue: boolean) =>
    track(
      createClient({
        url,
        name: "closebell-queue",
        disableOfflineQueue,
        socket: {
          connectTimeout: 3_000,
          reconnectStrategy: (retries) => (isOpen ? Math.min(50 * 2 ** retries, 1_000) : false),
        },
      }),
    );

  // Whoever adds a job must hear at once that Redis is away. A worker must not: BullMQ would ask again without a pause
  const adding = client(true);
  const working = client(false);
  signal.addEventListener("abort", destroy, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.all([adding.connect(), working.connect()]);
    const queue = new Queue(QUEUE_NAME, { connection: createNodeRedisClient(adding), prefix });
    await queue.waitUntilReady();
    isOpen = true;
    return {
      queue,
      makeWorker: (process, settings) =>
        new Worker(QUEUE_NAME, process, {
          connection: createNodeRedisClient(working),
          prefix,
          ...settings,
        }),
      isDown: () => !adding.isReady,
      destroy,
    };
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", destroy);
  }
};

/** A queue on Redis 6.2 or later, which should keep what it holds (`noeviction`, persistence) but need not. */
export const redisQueue = (options: RedisQueueOptions): JobQueue =>
  queueOver("redis-queue", options, (signal) => open(options, signal));
