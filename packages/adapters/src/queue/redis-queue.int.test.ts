import { randomUUID } from "node:crypto";
import { silentLogger } from "@closebell/context/testing";
import { describeWithRedis } from "@closebell/database/testing";
import { createClient } from "redis";
import { describeJobQueueContract } from "../testing/job-queue-contract.ts";
import { redisQueue } from "./redis-queue.ts";

/** A database of Redis that no other suite uses, so that it can be flushed. */
const OWN_DATABASE = "/9";

describeWithRedis("the queue on Redis", (url) => {
  describeJobQueueContract("redisQueue", async () => {
    const own = new URL(url());
    own.pathname = OWN_DATABASE;
    const prefix = `test-${randomUUID()}`;
    const admin = createClient({ url: own.href });
    await admin.connect();
    return {
      url: own.href,
      connect: (through, options) =>
        redisQueue({ url: through, prefix, log: silentLogger, ...options }),
      async wipe() {
        await admin.flushDb();
        await admin.scriptFlush();
      },
      async [Symbol.asyncDispose]() {
        await admin.flushDb();
        await admin.close();
      },
    };
  });
});
