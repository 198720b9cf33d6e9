import type { JobQueue } from "@closebell/adapters/queue";
import type { Logger } from "@closebell/context";

export interface CreateQueueOptions {
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string;
  readonly log: Logger;
  /** Told of each job that was given up. */
  readonly jobFailed: (job: string) => void;
}

/** Jobs on Redis where there is one, else on PostgreSQL. */
export const createQueue = async (options: CreateQueueOptions): Promise<JobQueue> => {
  const { redisUrl, databaseUrl, log } = options;
  const { postgresQueue, redisQueue } = await import("@closebell/adapters/queue");
  const onFailure: Parameters<typeof redisQueue>[0]["onFailure"] = ({ name, attempts, error }) => {
    options.jobFailed(name);
    log.error({ job: name, attempts, err: error }, "job given up");
  };
  return redisUrl === undefined
    ? postgresQueue({ url: databaseUrl, log, onFailure })
    : redisQueue({ url: redisUrl, log, onFailure });
};
