import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { silentLogger } from "@closebell/context/testing";
import { describeWithRedis, scratchDatabase } from "@closebell/database/testing";
import { canCount } from "./can-count.ts";
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

test("whether anybody counts is found by counting", async () => {
  await using scratch = await scratchDatabase();
  const at = (databaseUrl: string) =>
    createLimiter({ redisUrl: undefined, databaseUrl, log: silentLogger });
  const limiters = [await at(scratch.url), await at("postgres://u:p@127.0.0.1:1/closebell")];
  expect(await Promise.all(limiters.map(canCount))).toEqual([true, false]);
  await Promise.all(limiters.map((limiter) => limiter.close()));
});

describeWithRedis("with Redis", (url) => {
  test("they count there, and not in PostgreSQL", async () => {
    expect(await countedInPostgres(url())).toBe(0);
  });
});
