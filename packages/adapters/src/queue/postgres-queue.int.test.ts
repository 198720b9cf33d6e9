import { test } from "bun:test";
import { silentLogger } from "@closebell/context/testing";
import { migrate, sqlStateOf } from "@closebell/database";
import { scratchDatabase } from "@closebell/database/testing";
import { eventually } from "../testing/eventually.ts";
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
      const truncate = `truncate ${tables.map((table) => table.name).join(", ")}`;
      // the worker locks the same tables in an order of its own
      await eventually("wiped", () =>
        scratch.owner.sql.unsafe(truncate).then(
          () => true,
          (error: unknown) => sqlStateOf(error) !== "40P01" && Promise.reject(error),
        ),
      );
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
});

test("its tables are made while somebody changes roles", async () => {
  await using scratch = await scratchDatabase();
  await migrate({ url: scratch.url, sets: [] });
  await scratch.owner.sql.begin(async (tx) => {
    // identity.keep_an_admin()
    await tx`select pg_advisory_xact_lock(4215338072)`;
    await migrateQueue(scratch.url);
  });
});
