import { expect } from "bun:test";
import { QueueUnavailable } from "../queue/job-queue.ts";
import { eventually } from "./eventually.ts";
import { type Judge, namesOf, QUICK, refusalOf, up } from "./job-queue-scene.ts";

export const judgeOutages = (judge: Judge) => {
  judge("an outage is said, and survived", async ({ proxy, start }) => {
    const process = start({ timing: QUICK });
    process.work();
    await up(process);
    await proxy.cut();
    await eventually("said", () => !process.queue.healthy());
    expect(await refusalOf(process.queue.add("lost"))).toBeInstanceOf(QueueUnavailable);
    await proxy.restore();
    await up(process);
    await process.queue.add("after");
    await eventually("jobs go on", () => namesOf(process).includes("after"), 12_000);
  });

  judge("starts while the server is down, and comes up with it", async ({ proxy, start }) => {
    await proxy.cut();
    const process = start({ timing: QUICK });
    process.work();
    await Bun.sleep(200);
    expect(process.queue.healthy()).toBe(false);
    await proxy.restore();
    await process.queue.add("first");
    await eventually("done", () => namesOf(process).includes("first"));
  });

  judge("a network that died in silence is left for a new connection", async (scene) => {
    const process = scene.start({ timing: { ...QUICK, pingWithinMs: 100, reopenAfterMs: 300 } });
    process.work();
    await up(process);
    scene.proxy.stall();
    await eventually("noticed", () => !process.queue.healthy());
    await Bun.sleep(500);
    await scene.proxy.restore();
    await up(process);
    await process.queue.add("after");
    await eventually("jobs go on", () => namesOf(process).includes("after"));
  });
};

/** A job that nobody who waits for it sees the end of. */
const endless = (): Promise<void> => Promise.withResolvers<void>().promise;

export const judgeClosing = (judge: Judge) => {
  judge("lets a running job finish, and takes no other", async ({ start }) => {
    const process = start({ concurrency: 1 });
    let finished = 0;
    process.work(async () => {
      await Bun.sleep(300);
      finished += 1;
    });
    await process.queue.add("running");
    await process.queue.add("waiting");
    await eventually("begun", () => process.jobs.length === 1);
    await process.queue.close();
    expect(finished).toBe(1);
    await Bun.sleep(400);
    expect(namesOf(process)).toEqual(["running"]);
    expect(process.queue.healthy()).toBe(false);
    expect(await refusalOf(process.queue.add("late"))).toBeInstanceOf(QueueUnavailable);
  });

  judge("closes with a job that never ends", async ({ start }) => {
    const stuck = start({ concurrency: 1 });
    stuck.work(endless);
    await stuck.queue.add("endless");
    await eventually("begun", () => stuck.jobs.length === 1);
    await stuck.queue.close();
    expect(stuck.queue.healthy()).toBe(false);
  });

  judge("closes while the server is down, whatever is under way", async ({ proxy, start }) => {
    const [idle, busy] = [start(), start()];
    idle.work();
    busy.work(endless);
    await up(idle, busy);
    await busy.queue.add("endless");
    await eventually("begun", () => idle.jobs.length + busy.jobs.length === 1);
    await proxy.cut();
    const late = start();
    const all = [idle, busy, late];
    await Promise.all(all.map(({ queue }) => queue.close()));
    expect(all.map(({ queue }) => queue.healthy())).toEqual([false, false, false]);
  });

  judge("closes while the network is dead", async ({ proxy, start }) => {
    const process = start();
    process.work();
    await up(process);
    proxy.stall();
    const late = start();
    await Promise.all([process, late].map(({ queue }) => queue.close()));
    expect([process, late].map(({ queue }) => queue.healthy())).toEqual([false, false]);
  });
};
