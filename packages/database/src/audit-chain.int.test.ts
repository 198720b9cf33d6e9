import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createHash, randomUUID } from "node:crypto";
import { type By, randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import fc from "fast-check";
import { connect, type SqlClient } from "./connect.ts";
import { constraintOf, sqlStateOf } from "./errors.ts";
import { auditLines } from "./export-audit.ts";
import { recordAudit } from "./record-audit.ts";
import { errorOf, type ScratchDatabase, scratchDatabase } from "./testing/index.ts";
import { type Deps, transact } from "./transact.ts";
import { auditHead, auditLink, verifyAudit } from "./verify-audit.ts";

let scratch: ScratchDatabase;
let deps: Deps;
/** A superuser past every trigger: who tampers with the files of the server could do no more. */
let intruder: SqlClient;

const by: By = { actor: SYSTEM_ACTORS.scheduler, requestId: randomUUID(), reason: "a test" };

beforeAll(async () => {
  scratch = await scratchDatabase({ max: 12 });
  deps = {
    database: scratch.database,
    events: memoryEvents(),
    ids: randomIds,
    log: silentLogger,
  };
  intruder = connect({
    url: scratch.url,
    max: 1,
    parameters: { session_replication_role: "replica" },
  });
});
beforeEach(async () => {
  await intruder`truncate database.audit, database.audit_chain`;
});
afterAll(async () => {
  await intruder.end();
  await scratch[Symbol.asyncDispose]();
});

const record = (subject: string): Promise<void> =>
  transact(deps, (work) =>
    recordAudit(work, { by, action: "thing.change", subject, before: { n: 1n }, after: { n: 2n } }),
  );
const findings = async (): Promise<readonly string[]> =>
  (await verifyAudit(deps)).findings.map(({ finding }) => finding);

describe("the chain of the audit log", () => {
  test("links every row that commits once, whatever commits or rolls back beside it, in whatever order", async () => {
    const plan = fc.array(
      fc.record({
        rows: fc.integer({ min: 1, max: 3 }),
        holdMs: fc.integer({ min: 0, max: 8 }),
        fails: fc.boolean(),
      }),
      { minLength: 1, maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(plan, async (transactions) => {
        const run = ({ rows, holdMs, fails }: (typeof transactions)[number]) =>
          transact(deps, async (work) => {
            for (let n = 0; n < rows; n += 1) {
              await recordAudit(work, { by, action: "thing.change", subject: `thing/${n}` });
            }
            await Bun.sleep(holdMs);
            if (fails) throw new Error("undone");
          });
        const ends = await Promise.allSettled(transactions.map(run));
        expect(ends.map(({ status }) => status === "rejected")).toEqual(
          transactions.map(({ fails }) => fails),
        );
        const [row] = await scratch.database.sql<{ rows: bigint; links: bigint; top: bigint }[]>`
          select (select count(*) from database.audit) as rows, count(*) as links, coalesce(max(n), 0) as top
          from database.audit_chain`;
        expect(row?.links).toBe(row?.rows ?? -1n);
        expect(row?.top).toBe(row?.rows ?? -1n);
        expect(await findings()).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test("waits for whoever has linked and not committed yet, and follows that link", async () => {
    const held = Promise.withResolvers<void>();
    const linked = Promise.withResolvers<void>();
    const first = transact(deps, async (work) => {
      await recordAudit(work, { by, action: "thing.change", subject: "thing/1" });
      // what else happens at the commit happens now
      await work.tx.execute("set constraints all immediate");
      linked.resolve();
      await held.promise;
    });
    await linked.promise;
    const second = record("thing/2");
    const waiting = () => intruder`select from pg_locks join pg_stat_activity using (pid)
      where datname = current_database() and not granted`;
    while ((await waiting()).length === 0) await Bun.sleep(5);
    held.resolve();
    await Promise.all([first, second]);
    const links = await Array.fromAsync(auditLines(deps));
    expect(links.map(({ text }) => JSON.parse(text).subject)).toEqual(["thing/1", "thing/2"]);
    expect(await findings()).toEqual([]);
  });

  test("shows whatever was edited, removed, put in the place of another or slipped in", async () => {
    const edit = (change: string) =>
      `update database.audit set ${change} where subject = 'thing/3'`;
    const others = "select id from database.audit where subject in ('thing/2', 'thing/3')";
    const cases = [
      [edit("at = at + interval '1 microsecond'"), "edited"],
      [edit("actor = gen_random_uuid()"), "edited"],
      [edit("actor_name = 'somebody else'"), "edited"],
      [edit("action = 'thing.changed'"), "edited"],
      [edit("subject = 'thing/4'"), "edited"],
      [edit("reason = null"), "edited"],
      [edit("request_id = gen_random_uuid()"), "edited"],
      [edit(`before = '{"n": "3"}'`), "edited"],
      [edit("after = null"), "edited"],
      ["delete from database.audit where subject = 'thing/3'", "removed"],
      ["delete from database.audit where subject = 'thing/1'", "removed"],
      ["delete from database.audit where subject = 'thing/5'", "removed"],
      [
        `with link as (delete from database.audit_chain where n = 3 returning audit_id)
          delete from database.audit where id = (select audit_id from link)`,
        "links removed before it",
      ],
      [
        `with link as (delete from database.audit_chain where n = 1 returning audit_id)
          delete from database.audit where id = (select audit_id from link)`,
        "links removed before it",
      ],
      [`update database.audit_chain set hash = sha256('x') where n = 3`, "edited"],
      [
        `with pair as (${others}), low as (select min(id) as id from pair), high as (select max(id) as id from pair)
          update database.audit a set subject = b.subject from database.audit b, low, high
          where (a.id, b.id) in ((low.id, high.id), (high.id, low.id))`,
        "edited",
      ],
      [
        `insert into database.audit (actor, actor_name, action, subject, request_id)
          values (gen_random_uuid(), 'x', 'a.b', 's', gen_random_uuid())`,
        "slipped in",
      ],
    ] as const;
    for (const [statement, finding] of cases) {
      await intruder`truncate database.audit, database.audit_chain`;
      for (const n of [1, 2, 3, 4, 5]) await record(`thing/${n}`);
      expect(await findings()).toEqual([]);
      await intruder.unsafe(statement);
      const found = await findings();
      expect([statement, found.some((one) => one.endsWith(finding))]).toEqual([statement, true]);
    }
  });

  test("shows any one row edited, removed or slipped in, among however many", async () => {
    const of = (n: number) => `where subject = 'thing/${n}'`;
    const tamper = fc.record({
      rows: fc.integer({ min: 1, max: 9 }),
      place: fc.double({ min: 0, max: 1, noNaN: true }),
      how: fc.constantFrom(
        (n: number) => `update database.audit set reason = reason || '.' ${of(n)}`,
        (n: number) => `update database.audit set actor = gen_random_uuid() ${of(n)}`,
        (n: number) => `delete from database.audit ${of(n)}`,
        (n: number) => `insert into database.audit (actor, actor_name, action, subject, request_id)
          select actor, actor_name, action, subject, request_id from database.audit ${of(n)}`,
      ),
    });
    await fc.assert(
      fc.asyncProperty(tamper, async ({ rows, place, how }) => {
        await intruder`truncate database.audit, database.audit_chain`;
        for (let n = 1; n <= rows; n += 1) await record(`thing/${n}`);
        expect(await findings()).toEqual([]);
        await intruder.unsafe(how(Math.max(1, Math.ceil(place * rows))));
        expect(await findings()).not.toEqual([]);
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  test("whose end was cut off no longer has the link that was its head", async () => {
    for (const n of [1, 2, 3]) await record(`thing/${n}`);
    const kept = await auditHead(deps);
    await intruder`delete from database.audit where subject = 'thing/3'`;
    await intruder`delete from database.audit_chain where n = 3`;
    expect(await findings()).toEqual([]);
    expect(kept?.n).toBe(3n);
    expect(await auditLink(deps, { n: 3n })).toBeUndefined();
  });

  test("can be checked by whoever has its lines, without the service", async () => {
    for (const n of [1, 2, 3]) await record(`thing/${n}`);
    let previous = Buffer.alloc(0);
    const subjects: unknown[] = [];
    for await (const { n, hash, text } of auditLines(deps)) {
      previous = createHash("sha256").update(previous).update(text, "utf8").digest();
      expect(hash).toBe(previous.toString("hex"));
      expect(n).toBe(BigInt(subjects.push(JSON.parse(text).subject)));
    }
    expect(subjects).toEqual(["thing/1", "thing/2", "thing/3"]);
    const rest = await Array.fromAsync(auditLines(deps, 2n));
    expect(rest.map(({ n }) => n)).toEqual([3n]);
  });

  test("is written by its trigger alone, and changed by nobody", async () => {
    await record("thing/1");
    for (const statement of [
      "insert into database.audit_chain values (9, 9, sha256('x'))",
      "update database.audit_chain set hash = sha256('x')",
      "delete from database.audit_chain",
      "truncate database.audit_chain",
    ]) {
      const refused = await errorOf(scratch.database.sql.unsafe(statement));
      expect([statement, sqlStateOf(refused)]).toEqual([statement, "42501"]);
      if (statement.startsWith("insert")) continue;
      const raised = await errorOf(scratch.owner.sql.unsafe(statement));
      expect(constraintOf(raised)).toBe("audit_append_only");
    }
  });
});
