import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { silentLogger } from "@closebell/context/testing";
import { describeWithRedis, scratchDatabase } from "@closebell/database/testing";
import { createLimiter } from "./create-limiter.ts";

const countedInPostgres = async (redisUrl: string | undefined): Promise<number> => {
  await using scratch = await scratchDatabase();
  const options = { redisUrl, databaseUrl: scratch.url, log: silentLogger };
  const limiters = [await createLimiter(options), await createLimiter(options)];
  const key = randomUUID();
  for (const [n, limiter] of limiters.entries())
    expect(await limiter.take([{ key, quota: 10, windowSeconds: 60 }])).toMatchObject([
      { allowed: true, remaining: 9 - n },
    ]);
  const rows = await scratch.owner.sql`select from limits.counter`;
  await Promise.all(limiters.map((limiter) => limiter.close()));
  return rows.length;
};

test("processes count together in PostgreSQL", async () => {
  expect(await countedInPostgres(undefined)).toBe(1);
});

describeWithRedis("with Redis", (url) => {
  test("they count there, and not in PostgreSQL", async () => {
    expect(await countedInPostgres(url())).toBe(0);
  });
});
