import { expect } from "bun:test";
import { QueueUnavailable } from "../queue/job-queue.ts";
import { eventually } from "./eventually.ts";
import { type Judge, namesOf, refusalOf, up } from "./job-queue-scene.ts";

export const judgeJobs = (judge: Judge) => {
  judge("a job reaches its handler as it was added", async ({ start }) => {
    const [adder, worker] = [start(), start()];
    worker.work();
    await up(adder, worker);
    const data = { requestId: "01900000-0000-7000-8000-000000000001", round: "20261123", n: 3 };
    const id = await adder.queue.add("settle", data);
    await eventually("done", () => worker.jobs.length === 1);
    expect(worker.jobs).toEqual([{ name: "settle", id, data }]);
  });

  judge("a delayed job waits for its time", async ({ start }) => {
    const process = start();
    process.work();
    await up(process);
    const begun = performance.now();
    await process.queue.add("late", {}, { delayMs: 400 });
    await eventually("done", () => process.jobs.length === 1);
    expect(performance.now() - begun).toBeGreaterThan(390);
  });

  judge("a job with the id of one still on record is dropped", async ({ start }) => {
    const process = start();
    await process.queue.add("once", { n: 1 }, { jobId: "once-a" });
    await process.queue.add("once", { n: 2 }, { jobId: "once-a" });
    process.work();
    await process.queue.add("last");
    await eventually("done", () => namesOf(process).includes("last"));
    expect(process.jobs.filter((job) => job.name === "once")).toHaveLength(1);
  });

  judge("what fails is tried again, then reported once", async ({ start }) => {
    const process = start({ attempts: 3, backoffMs: 20 });
    process.work(() => Promise.reject(new Error("not today")));
    await process.queue.add("doomed", { round: "20261123" });
    await eventually("reported", () => process.failures.length > 0);
    await Bun.sleep(100);
    expect(process.jobs).toHaveLength(3);
    expect(process.failures).toMatchObject([
      { name: "doomed", data: { round: "20261123" }, attempts: 3, error: { message: "not today" } },
    ]);
  });

  judge("what fails once and then goes well is not reported", async ({ start }) => {
    const process = start({ backoffMs: 20 });
    process.work(async () => {
      if (process.jobs.length === 1) throw new Error("once");
      await Promise.resolve();
    });
    await process.queue.add("shaky");
    await eventually("done", () => process.jobs.length === 2);
    await Bun.sleep(100);
    expect(process.failures).toEqual([]);
  });

  judge("two processes share the jobs, each done once", async ({ start }) => {
    const [first, second] = [start({ concurrency: 1 }), start({ concurrency: 1 })];
    for (const process of [first, second]) process.work(() => Bun.sleep(5));
    await up(first, second);
    const ids = await Promise.all(
      Array.from({ length: 40 }, (_, n) => first.queue.add("shared", { n })),
    );
    const done = () => [...first.jobs, ...second.jobs].map((job) => job.id);
    await eventually("done", () => done().length >= ids.length);
    await Bun.sleep(100);
    expect(done().toSorted()).toEqual(ids.toSorted());
    expect(first.jobs.length).toBeGreaterThan(0);
    expect(second.jobs.length).toBeGreaterThan(0);
  });
};

export const judgeSchedules = (judge: Judge) => {
  const everySecond = { name: "tick", pattern: "* * * * * *", tz: "America/New_York" } as const;

  judge("a schedule set twice, by two processes, is one schedule", async ({ start }) => {
    const [first, second] = [start(), start()];
    first.work();
    await up(first, second);
    const { queue } = first;
    const begun = performance.now();
    await queue.upsertSchedule({ ...everySecond, data: { round: "all" } });
    for (const again of [queue, second.queue]) {
      await again.upsertSchedule({ ...everySecond, data: { round: "all" } });
    }
    expect(await queue.schedules()).toEqual(["tick"]);
    await eventually("it rings", () => first.jobs.length >= 4, 20_000);
    // once for what was missed, then once a second
    expect(first.jobs.length).toBeLessThan((performance.now() - begun) / 1_000 + 3);
    expect(first.jobs[1]).toMatchObject({ name: "tick", data: { round: "all" } });
  });

  judge("an interval set again and again neither stops nor speeds up", async ({ start }) => {
    const process = start();
    process.work();
    await up(process);
    const begun = performance.now();
    await eventually(
      "it rings",
      async () => {
        await process.queue.upsertSchedule({ name: "beat", everyMs: 400 });
        await Bun.sleep(50);
        return process.jobs.length >= 5;
      },
      20_000,
    );
    expect(process.jobs.length).toBeLessThan((performance.now() - begun) / 400 + 3);
  });

  judge("a changed schedule replaces the old one, a removed one is gone", async ({ start }) => {
    const process = start();
    process.work();
    await up(process);
    const { queue } = process;
    await queue.upsertSchedule(everySecond);
    await queue.upsertSchedule({ name: "other", pattern: "0 30 9 * * 1-5", tz: "Asia/Tokyo" });
    await queue.upsertSchedule({ name: "tick", pattern: "0 0 0 1 1 *", tz: "America/New_York" });
    expect((await queue.schedules()).toSorted()).toEqual(["other", "tick"]);
    await eventually("rung for what was missed", () => process.jobs.length >= 3);
    await Bun.sleep(1_200);
    const before = process.jobs.length;
    await Bun.sleep(1_500);
    expect(process.jobs).toHaveLength(before);
    await queue.removeSchedule("tick");
    expect(await queue.schedules()).toEqual(["other"]);
  });

  judge("a pattern nobody can read is refused, and not as an outage", async ({ start }) => {
    const { queue } = start();
    const refusal = await refusalOf(
      queue.upsertSchedule({ name: "bad", pattern: "whenever", tz: "America/New_York" }),
    );
    expect(refusal).not.toBeInstanceOf(QueueUnavailable);
    expect(await queue.schedules()).toEqual([]);
  });

  judge("what the server lost is back after the next round of setting", async (scene) => {
    const process = scene.start();
    process.work();
    await up(process);
    const yearly = { name: "yearly", pattern: "0 0 0 1 1 *", tz: "America/New_York" } as const;
    await process.queue.upsertSchedule(yearly);
    await eventually("rung", () => process.jobs.length === 1);
    await scene.server.wipe();
    expect(await process.queue.schedules()).toEqual([]);
    await process.queue.upsertSchedule(yearly);
    expect(await process.queue.schedules()).toEqual(["yearly"]);
    await eventually("rung for what was missed", () => process.jobs.length === 2);
    await process.queue.add("after");
    await eventually("jobs go on", () => namesOf(process).includes("after"));
  });
};
