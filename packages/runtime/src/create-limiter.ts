import type { Logger, RateLimiter } from "@closebell/context";

/** Counts what callers do on Redis where there is one, else in PostgreSQL. Connects at first use. */
export const createLimiter = async (options: {
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string;
  readonly log: Logger;
}): Promise<RateLimiter> => {
  const { redisUrl, databaseUrl, log } = options;
  const { postgresLimiter, redisLimiter } = await import("@closebell/adapters/limiter");
  return redisUrl === undefined
    ? postgresLimiter({ url: databaseUrl, log })
    : redisLimiter({ url: redisUrl, log });
};
