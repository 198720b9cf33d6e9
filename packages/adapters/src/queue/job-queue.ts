import type { Ids, Logger } from "@closebell/context";
import type { KeepTiming } from "../connection/keep-open.ts";

/**
 * What travels with a job: flat JSON, no money and no secrets. A job that somebody asked for names the request, so that
 * the logs of both can be read together.
 */
export interface JobData {
  /** UUID of the request that led to this job. */
  readonly requestId?: string | undefined;
  /** W3C trace context of that request. */
  readonly traceparent?: string | undefined;
  readonly [field: string]: string | number | boolean | null | undefined;
}

/** One job as its handler gets it. */
export interface Job {
  readonly name: string;
  readonly id: string;
  readonly data: JobData;
}

/** A job that will not be tried again. */
export interface JobFailure extends Job {
  readonly attempts: number;
  readonly error: Error;
}

/** When to ring: a cron pattern with seconds in a time zone, or every so many milliseconds. */
export type Schedule = { readonly name: string; readonly data?: JobData } & (
  | { readonly pattern: string; readonly tz: string }
  | { readonly everyMs: number }
);

export interface AddOptions {
  /**
   * A second job of the same id is dropped, for as long as the first one's record is kept: a convenience, not a promise.
   * No colon in it, and not digits alone.
   */
  readonly jobId?: string;
  readonly delayMs?: number;
}

/**
 * Bells that ring in one of several processes. Jobs may be lost (a flushed Redis) and may run twice (a killed worker):
 * whoever handles one looks up in PostgreSQL what is to be done. Adding and scheduling reject with `QueueUnavailable`
 * while the server is away; the queue comes back by itself.
 */
export interface JobQueue {
  /**
   * Makes sure that this schedule, and only one of its name, exists. Call it again and again: it heals what was lost, and
   * leaves alone what is right. A schedule that is new, changed or healed also rings once at once, for whatever was missed.
   */
  upsertSchedule(schedule: Schedule): Promise<void>;
  /** Names of the schedules that exist. */
  schedules(): Promise<readonly string[]>;
  /** Removes a schedule that is no longer wanted. */
  removeSchedule(name: string): Promise<void>;
  /** Adds one job; answers its id. */
  add(name: string, data?: JobData, options?: AddOptions): Promise<string>;
  /** From now on this process takes jobs. A handler that rejects is tried again, then `onFailure` hears of it. */
  work(handler: (job: Job) => Promise<void>): void;
  /** True while the server answers and, once `work` was called, jobs are taken. */
  healthy(): boolean;
  /** Lets running jobs finish for a while, then ends; within 5 s, whether the server is there or not. */
  close(): Promise<void>;
}

/** What either queue takes besides its own connection. */
export interface QueueOptions {
  readonly log: Logger;
  readonly onFailure: (failure: JobFailure) => void;
  readonly ids?: Ids;
  /** Jobs this process runs at the same time; default 4. */
  readonly concurrency?: number;
  /** Attempts for each job and the wait before the second one, which doubles; default 3, and 1 s. */
  readonly attempts?: number;
  readonly backoffMs?: number;
  readonly timing?: Partial<KeepTiming>;
}

/** The server of the queue is away. Nothing was added; try again. */
export class QueueUnavailable extends Error {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? `: ${cause.message}` : "";
    super(`The job queue is not reachable${reason}`, { cause });
    this.name = "QueueUnavailable";
  }
}
