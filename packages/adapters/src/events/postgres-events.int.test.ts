import { silentLogger } from "@closebell/context/testing";
import { scratchDatabase } from "@closebell/database/testing";
import { describeEventBusContract } from "../testing/event-bus-contract.ts";
import { postgresEvents } from "./postgres-events.ts";

describeEventBusContract("postgresEvents", async () => {
  const scratch = await scratchDatabase({ max: 1 });
  return {
    url: scratch.url,
    connect: (url, timing = {}) => postgresEvents({ url, log: silentLogger, timing }),
    inject: async (payload) =>
      void (await scratch.database.sql`select pg_notify('closebell_events', ${payload})`),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
});
