import { type Job, type JobFailure, type JobQueue, type QueueOptions } from "../queue/job-queue.ts";
import type { BreakableProxy } from "./breakable-proxy.ts";
import { eventually } from "./eventually.ts";

/** A server of the kind the queue lives on, with a queue of this test's own. */
export interface QueueServer extends AsyncDisposable {
  readonly url: string;
  connect(url: string, options: Omit<QueueOptions, "log">): JobQueue;
  /** Loses everything the queue holds, as a flushed Redis does. */
  wipe(): Promise<void>;
}

/** One process: its queue, the jobs it did and the failures it heard of. */
export interface Process {
  readonly queue: JobQueue;
  readonly jobs: Job[];
  readonly failures: JobFailure[];
  /** Takes jobs, and does `extra` with each. */
  readonly work: (extra?: (job: Job) => Promise<void>) => void;
}

export interface Scene {
  readonly server: QueueServer;
  readonly proxy: BreakableProxy;
  /** Starts another process; it is closed at the end of the test. */
  readonly start: (options?: Partial<QueueOptions>) => Process;
}

export type Judge = (title: string, body: (scene: Scene) => Promise<void>) => void;

/** Notices an outage, and its end, in a moment. */
export const QUICK = { pingEveryMs: 50, pingWithinMs: 500, retryMs: 20, retryAtMostMs: 100 };

export const up = (...processes: readonly Process[]) =>
  eventually("the queues are up", () => processes.every(({ queue }) => queue.healthy()), 20_000);

export const refusalOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("The queue took what it should have refused.");
};

export const namesOf = (process: Process) => process.jobs.map((job) => job.name);
