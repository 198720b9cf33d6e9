import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { silentLogger } from "@closebell/context/testing";
import { describeWithRedis } from "@closebell/database/testing";
import { createClient } from "redis";
import { testLimiterOutages } from "../testing/limiter-outages.ts";
import { describeRateLimiterContract } from "../testing/rate-limiter-contract.ts";
import { redisLimiter } from "./redis-limiter.ts";

const patient = { answerWithinMs: 5_000 };
const keeping = { retryAtMostMs: 100, pingEveryMs: 100, pingWithinMs: 200 };
const timing = { answerWithinMs: 300, restMs: 50 };

const connected = async (url: string) => {
  const client = createClient({ url });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.close() };
};

describeWithRedis("rate limits on Redis", (url) => {
  describeRateLimiterContract(
    "redisLimiter",
    () => {
      const prefix = randomUUID();
      const open = [redisLimiter({ url: url(), prefix, log: silentLogger })].slice(1);
      return Promise.resolve({
        connect() {
          const limiter = redisLimiter({ url: url(), prefix, log: silentLogger, timing: patient });
          open.push(limiter);
          return limiter;
        },
        async [Symbol.asyncDispose]() {
          await Promise.all(open.map((limiter) => limiter.close()));
        },
      });
    },
    { shared: true },
  );

  testLimiterOutages(url, (through) =>
    redisLimiter({ url: through, log: silentLogger, timing, keeping }),
  );

  test("a batch is one command, whoever is in it, and a Redis that forgot the script is sent it again", async () => {
    const limiter = redisLimiter({
      url: url(),
      prefix: randomUUID(),
      log: silentLogger,
      timing: patient,
    });
    const take = () => limiter.take([{ key: "one", quota: 100, windowSeconds: 60 }]);
    await take();
    await using redis = await connected(url());
    const { client } = redis;
    await client.scriptFlush();
    await client.configResetStat();
    await Promise.all(Array.from({ length: 50 }, take));
    const stats = await client.info("commandstats");
    const calls = (command: string) =>
      new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1];
    // the first knows of no script and is followed by the script itself
    expect([calls("evalsha"), calls("eval"), calls("set")]).toEqual(["1", "1", "1"]);
    expect(await take()).toMatchObject([{ remaining: 48 }]);
    await limiter.close();
  });

  test("a window that a clock put far ahead has ended: nobody waits for a clock that was wrong", async () => {
    const prefix = randomUUID();
    const limiter = redisLimiter({ url: url(), prefix, log: silentLogger, timing: patient });
    const limit = { key: "k", quota: 2, windowSeconds: 60 };
    await limiter.take([{ ...limit, upTo: 2 }]);
    expect(await limiter.take([limit])).toMatchObject([{ allowed: false }]);
    await using redis = await connected(url());
    const key = `${prefix}:{limits}:k`;
    const [taken, until] = ((await redis.client.get(key)) ?? "").split(" ");
    await redis.client.set(key, `${taken} ${Number(until) + 3_600_000}`);
    const [state] = await limiter.take([limit]);
    expect(state).toMatchObject({ allowed: true, remaining: 1 });
    expect(state?.resetSeconds).toBeWithin(1, 61);
    await limiter.close();
  });

  test("counters end with their window", async () => {
    const prefix = randomUUID();
    const limiter = redisLimiter({ url: url(), prefix, log: silentLogger });
    await limiter.take([{ key: "k", quota: 9, windowSeconds: 60 }]);
    await using redis = await connected(url());
    const { client } = redis;
    expect(await client.pTTL(`${prefix}:{limits}:k`)).toBeWithin(50_000, 60_001);
    await limiter.close();
  });
});
