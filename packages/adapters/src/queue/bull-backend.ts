import type { Job as BullJob, Queue, Worker } from "bullmq";
import type { JobData } from "./job-queue.ts";

/** A job as BullMQ hands it over. Its data come from outside: read them with `readJob`. */
export type RawJob = Pick<
  BullJob<JobData, void>,
  "id" | "name" | "data" | "attemptsMade" | "finishedOn"
>;

type OnError = (event: "error", listener: (error: Error) => void) => unknown;

/** The part of BullMQ's queue that is the same on every server. */
export type BullQueue = Pick<
  Queue<JobData, void>,
  | "add"
  | "upsertJobScheduler"
  | "removeJobScheduler"
  | "getJobScheduler"
  | "getJobSchedulers"
  | "getJobSchedulersCount"
  | "close"
> & { readonly on: OnError };

/** The part of BullMQ's worker that is the same on every server. */
export type BullWorker = Pick<
  Worker<JobData, void>,
  "isRunning" | "close" | "run" | "waitUntilReady"
> & {
  readonly on: OnError &
    ((event: "failed", listener: (job: RawJob | undefined, error: Error) => void) => unknown);
};

/** What every job is added with. */
export interface JobDefaults {
  readonly attempts: number;
  readonly backoff: { readonly type: "exponential"; readonly delay: number };
  readonly removeOnComplete: { readonly count: number };
  readonly removeOnFail: { readonly count: number };
}

export interface WorkerSettings {
  /** Always false: a worker that runs before it is connected may never be, and then spins. */
  readonly autorun: false;
  readonly concurrency: number;
  readonly runRetryDelay: number;
}

/** BullMQ on one kind of server, connected. */
export interface BullBackend {
  readonly queue: BullQueue;
  makeWorker(process: (job: RawJob) => Promise<void>, settings: WorkerSettings): BullWorker;
  /** Whether the server is known to be away at this moment. */
  isDown(): boolean;
  /** Frees every socket now. Never throws; harmless when repeated. */
  destroy(): void;
}

/** Name of BullMQ's queue: part of the keys in Redis, owner of rows and connections in PostgreSQL. */
export const QUEUE_NAME = "closebell-jobs";
