import { expect, setDefaultTimeout, test } from "bun:test";
import { openDatabase } from "../../packages/database/src/index.ts";
import { scratchDatabase } from "../../packages/database/src/testing/index.ts";
import { crewOn } from "./crew.ts";
import { eventually, runProgram } from "./run-program.ts";

setDefaultTimeout(60_000);

test.each([
  [["audit"], "lock table ledger.account in access exclusive mode"],
  // that of migrations: another one is at it
  [["migrate"], "select pg_advisory_xact_lock(4215338071)"],
])("Ctrl-C ends %j at once, also while the database keeps it waiting", async (args, hold) => {
  await using scratch = await scratchDatabase();
  const { operator } = await crewOn({ DATABASE_URL: scratch.url, LOG_PRETTY: "false" });
  const holder = openDatabase({ url: scratch.url, role: "owner", max: 1 });
  try {
    await holder.sql.begin(async (tx) => {
      await tx.unsafe(hold);
      await using command = runProgram("apps/admin/src/main.ts", args, { env: operator });
      await eventually("it waits", async () => {
        const waiting = await scratch.owner.sql`
          select from pg_locks l join pg_database d on d.oid = l.database
          where not l.granted and d.datname = current_database()`;
        return waiting.length > 0;
      });
      command.kill("SIGINT");
      const code = await Promise.race([command.exited, Bun.sleep(10_000)]);
      expect([code, command.stderr()]).toEqual([130, expect.stringContaining("INTERRUPTED")]);
    });
  } finally {
    await holder.close();
  }
});
