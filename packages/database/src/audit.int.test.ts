import { expect, test } from "bun:test";
import { SYSTEM_ACTORS } from "@closebell/context";
import { countingIds, memoryEvents, silentLogger } from "@closebell/context/testing";
import { constraintOf, sqlStateOf } from "./errors.ts";
import { listAudit } from "./list-audit.ts";
import { recordAudit } from "./record-audit.ts";
import { errorOf, scratchDatabase } from "./testing/index.ts";
import { transact } from "./transact.ts";

const by = {
  actor: SYSTEM_ACTORS.migration,
  requestId: "019000aa-0000-7000-8000-000000000001",
  reason: "a closure was announced",
};

test("rows say who, what and why, are read newest first, page by page", async () => {
  await using scratch = await scratchDatabase();
  const deps = {
    database: scratch.database,
    events: memoryEvents(),
    ids: countingIds(),
    log: silentLogger,
  };
  for (const n of [1n, 2n, 3n]) {
    await transact(deps, (work) =>
      recordAudit(work, { by, action: "thing.change", subject: `thing/${n}`, after: { n } }),
    );
  }
  const first = await listAudit(deps, { limit: 2 });
  expect(first.items.map((row) => row.subject)).toEqual(["thing/3", "thing/2"]);
  expect(first.items[0]).toMatchObject({
    actor: by.actor.id,
    actorName: "migration",
    action: "thing.change",
    reason: by.reason,
    requestId: by.requestId,
    before: null,
    after: { n: "3" },
  });
  expect(first.items[0]?.at.toString()).toBe("2026-11-20T12:00:00Z");
  const second = await listAudit(deps, { limit: 2, cursor: first.nextCursor ?? undefined });
  expect(second.items.map((row) => row.subject)).toEqual(["thing/1"]);
  expect(second.nextCursor).toBeNull();
  const foreign = listAudit(deps, { limit: 2, cursor: "bm9uZQ" });
  expect(await errorOf(foreign)).toMatchObject({ code: "CURSOR_INVALID" });
});

test("nobody changes or removes a row: the application by right, the owner by trigger", async () => {
  await using scratch = await scratchDatabase();
  const { database, owner } = scratch;
  await database.sql`insert into database.audit (actor, actor_name, action, subject, request_id)
    values (${by.actor.id}, 'x', 'a.b', 's', ${by.requestId})`;
  const statements = [
    "update database.audit set subject = 'other'",
    "delete from database.audit",
    "truncate database.audit, database.audit_chain",
  ];
  for (const statement of statements) {
    const refused = await errorOf(database.sql.unsafe(statement));
    expect(sqlStateOf(refused)).toBe("42501");
    const raised = await errorOf(owner.sql.unsafe(statement));
    expect(constraintOf(raised)).toBe("audit_append_only");
  }
  const backdated = await errorOf(database.sql`
    insert into database.audit (at, actor, actor_name, action, subject, request_id)
    values (now(), ${by.actor.id}, 'x', 'a.b', 's', ${by.requestId})`);
  expect(sqlStateOf(backdated)).toBe("42501");
});
