import { silentLogger } from "@closebell/context/testing";
import { migrate } from "@closebell/database";
import { scratchDatabase } from "@closebell/database/testing";
import { describeJobQueueContract } from "../testing/job-queue-contract.ts";
import { migrateQueue } from "./migrate-queue.ts";
import { postgresQueue } from "./postgres-queue.ts";

describeJobQueueContract("postgresQueue", async () => {
  const scratch = await scratchDatabase({ max: 1 });
  // rights on a database are not cloned with it
  await migrate({ url: scratch.url, sets: [] });
  await migrateQueue(scratch.url);
  return {
    url: scratch.url,
    connect: (url, options) => postgresQueue({ url, log: silentLogger, ...options }),
    async wipe() {
      const tables = await scratch.owner.sql<{ name: string }[]>`
        select format('%I.%I', schemaname, tablename) as name
        from pg_tables where schemaname = 'jobs' and tablename <> 'migration'`;
      await scratch.owner.sql.unsafe(`truncate ${tables.map((table) => table.name).join(", ")}`);
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
});
