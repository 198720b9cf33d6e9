import { randomUUID } from "node:crypto";
import { silentLogger } from "@closebell/context/testing";
import { describeWithRedis } from "@closebell/database/testing";
import { createClient } from "redis";
import { describeEventBusContract } from "../testing/event-bus-contract.ts";
import { redisEvents } from "./redis-events.ts";

describeWithRedis("events on Redis", (url) => {
  describeEventBusContract("redisEvents", async () => {
    const channel = `test:${randomUUID()}`;
    const stranger = createClient({ url: url() });
    await stranger.connect();
    return {
      url: url(),
      connect: (through, timing = {}) =>
        redisEvents({ url: through, channel, log: silentLogger, timing }),
      inject: async (payload) => void (await stranger.publish(channel, payload)),
      async [Symbol.asyncDispose]() {
        await stranger.close();
      },
    };
  });
});
