import { EventEmitter } from "node:events";
import { expect, test } from "bun:test";
import { countingIds, silentLogger } from "@closebell/context/testing";
import type { BullBackend, RawJob, RawSchedule } from "./bull-backend.ts";
import { BullSession } from "./bull-session.ts";
import type { Job, JobFailure, Schedule } from "./job-queue.ts";

const nowMs = Temporal.Now.instant().epochMilliseconds;
const nightly: Schedule = { name: "nightly", pattern: "0 5 16 * * 1-5", tz: "America/New_York" };

/** BullMQ without a server: remembers what it was told, and does what the test says. */
const scriptedBackend = (known?: RawSchedule) => {
  const told: string[] = [];
  const worker = new EventEmitter();
  let run: (job: RawJob) => Promise<void> = () => Promise.reject(new Error("no worker yet"));
  const ready = Promise.withResolvers<void>();
  const tell = (what: string) => void told.push(what);
  const backend: BullBackend = {
    queue: {
      on: () => undefined,
      add: (name, _data, { jobId }) =>
        Promise.resolve(tell(`add ${name}`)).then(() => ({ id: jobId })),
      upsertJobScheduler: (name) => Promise.resolve(tell(`upsert ${name}`)),
      removeJobScheduler: () => Promise.resolve(true),
      getJobScheduler: () => Promise.resolve(known),
      getJobSchedulers: () => Promise.resolve([]),
      getJobSchedulersCount: () => Promise.resolve(0),
      close: () => Promise.resolve(),
    },
    makeWorker(process) {
      run = process;
      return {
        on: worker.on.bind(worker),
        waitUntilReady: () => ready.promise,
        run: () => Promise.resolve(tell("run")),
        isRunning: () => true,
        close: (force) => Promise.resolve(tell(`close ${force}`)),
      };
    },
    isDown: () => false,
    destroy: () => tell("destroy"),
  };
  return {
    backend,
    told,
    ready,
    process: (job: RawJob) => run(job),
    fail: (job: RawJob | undefined, error: Error) => worker.emit("failed", job, error),
    complain: () => worker.emit("error", new Error("offline")),
  };
};

const sessionOn = (backend: BullBackend) => {
  const failures: JobFailure[] = [];
  const onFailure = (failure: JobFailure) => void failures.push(failure);
  const options = { log: silentLogger, ids: countingIds(), onFailure };
  return { session: new BullSession(backend, options, () => undefined), failures };
};

const working = async (handler: (job: Job) => Promise<void> = () => Promise.resolve()) => {
  const script = scriptedBackend();
  const { session, failures } = sessionOn(script.backend);
  script.ready.resolve();
  await session.work(handler);
  return { script, session, failures };
};

const rawJob: RawJob = { id: "a", name: "settle", data: {}, attemptsMade: 3, finishedOn: 1 };

test("a schedule that is in place is left alone", async () => {
  const { name, ...times } = nightly;
  const script = scriptedBackend({ key: name, ...times, next: nowMs + 60_000 });
  await sessionOn(script.backend).session.upsert(nightly);
  expect(script.told).toEqual([]);
});

test.each([
  ["missing", undefined],
  ["overdue", { key: "nightly", ...nightly, next: nowMs - 3_600_000 }],
  ["without a next time", { key: "nightly", ...nightly }],
  ["of another pattern", { key: "nightly", ...nightly, pattern: "* * * * *", next: nowMs }],
  ["of another time zone", { key: "nightly", ...nightly, tz: "UTC", next: nowMs }],
])("a schedule that is %s is set, and rings for what was missed", async (_what, known) => {
  const script = scriptedBackend(known);
  await sessionOn(script.backend).session.upsert(nightly);
  expect(script.told).toEqual(["upsert nightly", "add nightly"]);
});

test("an interval rings by itself when it is set", async () => {
  const script = scriptedBackend();
  await sessionOn(script.backend).session.upsert({ name: "beat", everyMs: 1_000 });
  expect(script.told).toEqual(["upsert beat"]);
});

test("a worker that fails over and over without a pause is stopped, and the session lost", async () => {
  const { script, session } = await working();
  let lost = false;
  void session.lost.then(() => (lost = true));
  for (let n = 0; n < 49; n += 1) script.complain();
  await Bun.sleep(0);
  expect([lost, script.told.includes("close true")]).toEqual([false, false]);
  script.complain();
  expect(script.told).toContain("close true");
  await session.lost;
});

test("a worker that can't connect loses the session instead of running", async () => {
  const script = scriptedBackend();
  const { session } = sessionOn(script.backend);
  script.ready.reject(new Error("refused"));
  expect(session.work(() => Promise.resolve())).rejects.toThrow("refused");
  await session.lost;
  expect(script.told).not.toContain("run");
});

test("a job whose data are not ours never reaches the handler", async () => {
  const jobs: Job[] = [];
  const { script } = await working((job) => Promise.resolve(void jobs.push(job)));
  const stranger = JSON.parse(
    '{"id":"b","name":"settle","data":{"deep":{"er":1}},"attemptsMade":0}',
  );
  expect(script.process(stranger)).rejects.toThrow();
  await script.process({ ...rawJob, data: { requestId: "r", n: 1 } });
  expect(jobs).toEqual([{ name: "settle", id: "a", data: { requestId: "r", n: 1 } }]);
});

test("only a job that will not be tried again is reported, also one that was lost sight of", async () => {
  const { script, failures } = await working();
  const error = new Error("no");
  script.fail({ ...rawJob, finishedOn: undefined, attemptsMade: 1 }, error);
  expect(failures).toEqual([]);
  script.fail(rawJob, error);
  script.fail(undefined, error);
  expect(failures.map(({ name, attempts }) => [name, attempts])).toEqual([
    ["settle", 3],
    ["unknown", 0],
  ]);
});

test("an onFailure that throws is no reason to stop", async () => {
  const script = scriptedBackend();
  const onFailure = () => {
    throw new Error("metrics are down");
  };
  const session = new BullSession(
    script.backend,
    { log: silentLogger, onFailure },
    () => undefined,
  );
  script.ready.resolve();
  await session.work(() => Promise.resolve());
  expect(() => script.fail(rawJob, new Error("no"))).not.toThrow();
});

test("ends by force at once, otherwise with a goodbye, and frees the sockets either way", async () => {
  const forced = await working();
  await forced.session.end({ force: true });
  expect(forced.script.told).toEqual(["run", "close true", "close true", "destroy"]);
  const gentle = await working();
  await gentle.session.end({ force: false });
  expect(gentle.script.told).toEqual(["run", "close false", "close true", "destroy"]);
});
