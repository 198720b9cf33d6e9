import { type Ids, randomIds } from "@closebell/context";
import type { Connection } from "../connection/keep-open.ts";
import { within } from "../connection/within.ts";
import type { BullBackend, BullWorker, JobDefaults, RawJob } from "./bull-backend.ts";
import type { AddOptions, Job, JobData, QueueOptions, Schedule } from "./job-queue.ts";
import { readJob } from "./read-job.ts";
import { upsertSchedule } from "./upsert-schedule.ts";

/** Together less than the five seconds in which a process must stop. */
const JOBS_MS = 2_500;
const FORCED_MS = 200;
const QUEUE_MS = 500;

/** Records of finished jobs that are kept, for whoever looks and for `jobId`. */
const KEEP_COMPLETED = 200;
const KEEP_FAILED = 1_000;

const jobOptions = (options: QueueOptions): JobDefaults => ({
  attempts: options.attempts ?? 3,
  backoff: { type: "exponential", delay: options.backoffMs ?? 1_000 },
  removeOnComplete: { count: KEEP_COMPLETED },
  removeOnFail: { count: KEEP_FAILED },
});

/** BullMQ asks again without a pause after some failures. This many in a second is such a loop. */
const SPIN_ERRORS = 50;

const spinDetector = () => {
  let [since, errors] = [performance.now(), 0];
  return (): boolean => {
    if (performance.now() - since > 1_000) [since, errors] = [performance.now(), 0];
    errors += 1;
    return errors >= SPIN_ERRORS;
  };
};

/** Everything a queue does while one connection to its server lasts. */
export class BullSession implements Connection {
  readonly #losing = Promise.withResolvers<void>();
  readonly lost = this.#losing.promise;
  readonly #backend: BullBackend;
  readonly #options: QueueOptions;
  readonly #jobOptions: JobDefaults;
  readonly #ids: Ids;
  readonly #suspect: () => void;
  #worker: BullWorker | undefined;

  constructor(backend: BullBackend, options: QueueOptions, suspect: () => void) {
    this.#backend = backend;
    this.#options = options;
    this.#ids = options.ids ?? randomIds;
    this.#jobOptions = jobOptions(options);
    this.#suspect = suspect;
    backend.queue.on("error", suspect);
  }

  ping() {
    return this.#backend.queue.getJobSchedulersCount();
  }

  isDown() {
    return this.#backend.isDown();
  }

  isWorking() {
    return this.#worker?.isRunning() === true;
  }

  async add(name: string, data: JobData, { jobId, delayMs }: AddOptions): Promise<string> {
    const job = await this.#backend.queue.add(name, data, {
      ...this.#jobOptions,
      // an id of our own spares PostgreSQL a sequence, which the application may not create
      jobId: jobId ?? this.#ids.uuid(),
      ...(delayMs === undefined ? {} : { delay: delayMs }),
    });
    return job.id ?? "";
  }

  /** A schedule that was just set also rings once at once, for what was missed; an interval does so by itself. */
  async upsert(schedule: Schedule): Promise<void> {
    const set = await upsertSchedule(this.#backend.queue, schedule, this.#jobOptions);
    if (set && "pattern" in schedule) await this.add(schedule.name, schedule.data ?? {}, {});
  }

  async schedules(): Promise<readonly string[]> {
    return (await this.#backend.queue.getJobSchedulers()).map((scheduler) => scheduler.key);
  }

  remove(schedule: string): Promise<boolean> {
    return this.#backend.queue.removeJobScheduler(schedule);
  }

  /** Starts taking jobs. Where that fails the session is lost, and the next one tries again. */
  async work(handler: (job: Job) => Promise<void>): Promise<void> {
    const worker = this.#backend.makeWorker((raw) => this.#run(handler, raw), {
      autorun: false,
      concurrency: this.#options.concurrency ?? 4,
      runRetryDelay: 1_000,
    });
    this.#worker = worker;
    const spins = spinDetector();
    worker.on("error", () => {
      this.#suspect();
      if (spins()) this.#lose();
    });
    worker.on("failed", (raw, error) => this.#report(raw, error));
    try {
      await worker.waitUntilReady();
    } catch (error) {
      this.#lose();
      throw error;
    }
    void worker.run().catch(() => this.#lose());
  }

  /** Waits for running jobs unless `force`. Ends within 5 s in any case. */
  async end({ force }: { readonly force: boolean }): Promise<void> {
    if (this.#worker !== undefined) {
      const closing = this.#worker.close(force);
      if (!(await within(force ? FORCED_MS : JOBS_MS, closing)) && !force) {
        this.#options.log.warn({}, "jobs were still running when the queue closed; they run again");
      }
    }
    if (!force) await within(QUEUE_MS, this.#backend.queue.close());
    this.destroy();
  }

  destroy(): void {
    void within(FORCED_MS, this.#worker?.close(true) ?? Promise.resolve());
    this.#backend.destroy();
  }

  async #run(handler: (job: Job) => Promise<void>, raw: RawJob): Promise<void> {
    await handler(readJob(raw));
  }

  /** Closes the worker at once: it may be in a loop that lets nothing else run. */
  #lose(): void {
    void within(FORCED_MS, this.#worker?.close(true) ?? Promise.resolve());
    this.#losing.resolve();
  }

  #report(raw: RawJob | undefined, error: Error): void {
    const attempts = raw?.attemptsMade ?? 0;
    const job = { name: raw?.name ?? "unknown", id: raw?.id ?? "", data: raw?.data ?? {} };
    const { log, onFailure } = this.#options;
    log.warn({ job: job.name, id: job.id, attempts, error: error.message }, "job attempt failed");
    if (raw !== undefined && raw.finishedOn === undefined) return;
    try {
      onFailure({ ...job, attempts, error });
    } catch (thrown) {
      log.error({ error: thrown }, "onFailure failed");
    }
  }
}
