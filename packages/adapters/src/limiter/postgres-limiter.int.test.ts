import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import type { RateLimiter } from "@closebell/context";
import { silentLogger } from "@closebell/context/testing";
import { errorOf, scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { eventually } from "../testing/eventually.ts";
import { testLimiterOutages } from "../testing/limiter-outages.ts";
import { describeRateLimiterContract } from "../testing/rate-limiter-contract.ts";
import { postgresLimiter } from "./postgres-limiter.ts";

describe("rate limits in PostgreSQL", () => {
  let scratch: ScratchDatabase;
  const open: RateLimiter[] = [];
  const connect = (url = scratch.url): RateLimiter => {
    const timing = { answerWithinMs: 2_000, restMs: 50 };
    const limiter = postgresLimiter({ url, log: silentLogger, timing });
    open.push(limiter);
    return limiter;
  };
  beforeAll(async () => {
    scratch = await scratchDatabase();
  });
  afterAll(async () => {
    await Promise.all(open.map((limiter) => limiter.close()));
    await scratch[Symbol.asyncDispose]();
  });

  describeRateLimiterContract(
    "postgresLimiter",
    () => Promise.resolve({ connect: () => connect(), [Symbol.asyncDispose]: async () => {} }),
    { shared: true },
  );

  testLimiterOutages(() => scratch.url, connect);

  test("windows that have ended are swept away, others stay", async () => {
    const limiter = connect();
    const [short, long] = [randomUUID(), randomUUID()];
    await limiter.take([
      { key: short, quota: 1, windowSeconds: 1 },
      { key: long, quota: 1, windowSeconds: 600 },
    ]);
    await eventually("the window has ended", async () => {
      await scratch.database.sql`select limits.sweep()`;
      const rows = await scratch.owner.sql<{ key: string }[]>`
        select key from limits.counter where key in (${short}, ${long})`;
      return rows.map(({ key }) => key).join() === long;
    });
  });

  test("a window that a clock put far ahead has ended: nobody waits for a clock that was wrong", async () => {
    const limiter = connect();
    const limit = { key: randomUUID(), quota: 2, windowSeconds: 60 };
    await limiter.take([{ ...limit, upTo: 2 }]);
    expect(await limiter.take([limit])).toMatchObject([{ allowed: false }]);
    await scratch.owner.sql`
      update limits.counter set until = until + interval '1 hour' where key = ${limit.key}`;
    const [state] = await limiter.take([limit]);
    expect(state).toMatchObject({ allowed: true, remaining: 1 });
    expect(state?.resetSeconds).toBeWithin(1, 61);
  });

  test("the service counts only through the function", async () => {
    const { sql } = scratch.database;
    for (const statement of ["update limits.counter set taken = 0", "delete from limits.counter"])
      expect(String(await errorOf(sql.unsafe(statement)))).toContain("permission denied");
  });
});
