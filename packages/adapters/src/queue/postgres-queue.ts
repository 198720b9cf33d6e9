import { Socket } from "node:net";
import { ROLES } from "@closebell/database";
import { type BullBackend, QUEUE_NAME } from "./bull-backend.ts";
import type { JobQueue, QueueOptions } from "./job-queue.ts";
import { QUEUE_SCHEMA } from "./migrate-queue.ts";
import { queueOver } from "./queue-over.ts";

export interface PostgresQueueOptions extends QueueOptions {
  /** Its login must be a member of closebell_application; `migrateQueue` must have run. */
  readonly url: string;
  /** Default "jobs". */
  readonly schema?: string;
}

const open = async (
  { url, schema = QUEUE_SCHEMA }: PostgresQueueOptions,
  signal: AbortSignal,
): Promise<BullBackend> => {
  const { createPostgresBackend, withBackend } = await import("bullmq");
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const sockets = new Set<Socket>();

  const connection = (max: number) => ({
    connectionString: url,
    schema,
    max,
    options: `-c role=${ROLES.application}`,
    application_name: QUEUE_NAME,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    // sockets of our own, so that they can be cut where a polite goodbye would hang
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      return socket;
    },
  });

  const destroy = () => {
    for (const socket of sockets) socket.destroy();
  };

  signal.addEventListener("abort", destroy, { once: true });
  try {
    signal.throwIfAborted();
    const queue = new Queue(QUEUE_NAME, { connection: connection(2) });
    queue.on("error", () => undefined);
    await queue.waitUntilReady();
    return {
      queue,
      makeWorker: (process, settings) =>
        new Worker(QUEUE_NAME, process, { connection: connection(2), ...settings }),
      isDown: () => false,
      destroy,
    };
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", destroy);
  }
};

/** A queue on PostgreSQL, for a service that runs without Redis. */
export const postgresQueue = (options: PostgresQueueOptions): JobQueue =>
  queueOver("postgres-queue", options, (signal) => open(options, signal));
