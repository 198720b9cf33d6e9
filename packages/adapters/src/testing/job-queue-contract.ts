import { describe, test } from "bun:test";
import type { Job, JobFailure, QueueOptions } from "../queue/job-queue.ts";
import { breakableProxy } from "./breakable-proxy.ts";
import { judgeClosing, judgeOutages } from "./job-queue-outages.ts";
import type { Judge, Process, QueueServer } from "./job-queue-scene.ts";
import { judgeJobs, judgeSchedules } from "./job-queue-work.ts";

/** What every queue must do, on a real server that comes and goes. */
export const describeJobQueueContract = (name: string, make: () => Promise<QueueServer>): void => {
  const judge: Judge = (title, body) => {
    test(title, async () => {
      await using server = await make();
      await using proxy = await breakableProxy(server.url);
      const processes: Process[] = [];
      const start = (options: Partial<QueueOptions> = {}): Process => {
        const [jobs, failures]: [Job[], JobFailure[]] = [[], []];
        const onFailure = (failure: JobFailure) => void failures.push(failure);
        const queue = server.connect(proxy.url, { onFailure, ...options });
        const process: Process = {
          queue,
          jobs,
          failures,
          work: (extra) =>
            queue.work(async (job) => {
              jobs.push(job);
              await extra?.(job);
            }),
        };
        processes.push(process);
        return process;
      };
      try {
        await body({ server, proxy, start });
      } finally {
        await Promise.all(processes.map(({ queue }) => queue.close()));
      }
    });
  };
  describe(`${name} keeps the job queue contract`, () => {
    judgeJobs(judge);
    judgeSchedules(judge);
    judgeOutages(judge);
    judgeClosing(judge);
  });
};
