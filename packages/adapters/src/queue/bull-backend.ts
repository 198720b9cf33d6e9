import type { JobData } from "./job-queue.ts";

// The parts of BullMQ that are the same on every server, in as few words as they can be said.

/** A job as BullMQ hands it over. Its data come from outside: read them with `readJob`. */
export interface RawJob {
  readonly id?: string | undefined;
  readonly name: string;
  readonly data: JobData;
  readonly attemptsMade: number;
  /** Set once the job will not be tried again. */
  readonly finishedOn?: number | undefined;
}

/** When a scheduler rings, as it is stored. `next` is in milliseconds since 1970. */
export interface RawSchedule {
  readonly key: string;
  readonly pattern?: string | undefined;
  readonly tz?: string | undefined;
  readonly every?: number | undefined;
  readonly next?: number | undefined;
}

/** What every job is added with. */
export interface JobDefaults {
  readonly attempts: number;
  readonly backoff: { readonly type: "exponential"; readonly delay: number };
  readonly removeOnComplete: { readonly count: number };
  readonly removeOnFail: { readonly count: number };
}

type OnError = (event: "error", listener: (error: Error) => void) => unknown;

export interface BullQueue {
  readonly on: OnError;
  add(
    name: string,
    data: JobData,
    options: JobDefaults & { readonly jobId: string; readonly delay?: number },
  ): Promise<{ readonly id?: string | undefined }>;
  upsertJobScheduler(
    name: string,
    repeat: { readonly pattern: string; readonly tz: string } | { readonly every: number },
    template: { readonly name: string; readonly data: JobData; readonly opts: JobDefaults },
  ): Promise<unknown>;
  removeJobScheduler(name: string): Promise<boolean>;
  getJobScheduler(name: string): Promise<RawSchedule | undefined>;
  getJobSchedulers(): Promise<readonly RawSchedule[]>;
  getJobSchedulersCount(): Promise<number>;
  close(): Promise<void>;
}

export interface BullWorker {
  readonly on: OnError &
    ((event: "failed", listener: (job: RawJob | undefined, error: Error) => void) => unknown);
  waitUntilReady(): Promise<unknown>;
  run(): Promise<void>;
  isRunning(): boolean;
  close(force: boolean): Promise<void>;
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
