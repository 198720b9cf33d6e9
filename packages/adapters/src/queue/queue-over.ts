import { type KeepTiming, keepOpen } from "../connection/keep-open.ts";
import { within } from "../connection/within.ts";
import type { BullBackend } from "./bull-backend.ts";
import { BullSession } from "./bull-session.ts";
import { type Job, type JobQueue, type QueueOptions, QueueUnavailable } from "./job-queue.ts";

const TIMING: KeepTiming = {
  retryMs: 100,
  retryAtMostMs: 2_000,
  openWithinMs: 5_000,
  pingEveryMs: 5_000,
  pingWithinMs: 3_000,
  reopenAfterMs: 30_000,
};

/** How long a call waits for the queue to be open, and then for its answer. */
const CALL_WITHIN_MS = 3_000;

const unlessAborted = async (signal: AbortSignal, work: Promise<void>): Promise<void> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
};

/** A queue on whatever `openBackend` opens; it is given up, sockets freed, when its signal aborts. */
export const queueOver = (
  name: string,
  options: QueueOptions,
  openBackend: (signal: AbortSignal) => Promise<BullBackend>,
): JobQueue => {
  let latest: BullSession | undefined;
  let handler: ((job: Job) => Promise<void>) | undefined;
  const suspect = () => keeper.suspect();

  const keeper = keepOpen<BullSession>({
    name,
    log: options.log,
    timing: { ...TIMING, ...options.timing },
    async open(signal) {
      const session = new BullSession(await openBackend(signal), options, suspect);
      latest = session;
      try {
        if (handler !== undefined) await unlessAborted(signal, session.work(handler));
        return session;
      } catch (error) {
        session.destroy();
        throw error;
      }
    },
  });

  const call = async <T>(ask: (session: BullSession) => Promise<T>): Promise<T> => {
    const session = await keeper.opened(CALL_WITHIN_MS).catch((error: unknown) => {
      throw new QueueUnavailable(error);
    });
    const asked = ask(session);
    if (await within(CALL_WITHIN_MS, asked)) return await asked;
    // what was wrong: the question, or the server?
    if (await within(CALL_WITHIN_MS, session.ping())) return await asked;
    suspect();
    throw new QueueUnavailable(undefined);
  };

  return {
    upsertSchedule: (schedule) => call((session) => session.upsert(schedule)),
    schedules: () => call((session) => session.schedules()),
    async removeSchedule(schedule) {
      await call((session) => session.remove(schedule));
    },
    add: (job, data = {}, added = {}) => call((session) => session.add(job, data, added)),
    work(work) {
      if (handler !== undefined) throw new Error("This queue has a handler already.");
      handler = work;
      void latest?.work(work).catch(suspect);
    },
    healthy: () =>
      keeper.answers() &&
      keeper.current()?.isDown() === false &&
      (handler === undefined || keeper.current()?.isWorking() === true),
    close: () =>
      keeper.close((session) => session.end({ force: !keeper.answers() || session.isDown() })),
  };
};
