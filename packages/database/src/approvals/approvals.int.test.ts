import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type Actor, type By, randomIds } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { constraintOf, sqlStateOf } from "../errors.ts";
import { listAudit } from "../list-audit.ts";
import { errorOf, type ScratchDatabase, scratchDatabase } from "../testing/index.ts";
import { type Deps, transact } from "../transact.ts";
import { ApprovalRequired, approved } from "./approved.ts";
import { decideApproval } from "./decide-approval.ts";
import { getApproval } from "./get-approval.ts";
import { listApprovals } from "./list-approvals.ts";

let scratch: ScratchDatabase;
let deps: Deps;

beforeAll(async () => {
  scratch = await scratchDatabase();
  deps = {
    database: scratch.database,
    events: memoryEvents(),
    ids: randomIds,
    log: silentLogger,
  };
  await Promise.all([hire(ann), hire(bob)]);
});
afterAll(() => scratch[Symbol.asyncDispose]());

/** Somebody with an account, which rooms above demand of whoever asks or decides. */
const person = (name: string): By => ({
  actor: { kind: "staff", id: randomUUID(), name } satisfies Actor,
  requestId: randomUUID(),
  reason: `${name} says so`,
});
const hire = async (by: By): Promise<By> => {
  await scratch.owner
    .sql`insert into identity.user (id, kind, created_at) values (${by.actor.id}, 'staff', now())`;
  return by;
};
const ann = person("ann");
const bob = person("bob");

const action = "thing.move";
const attempt = (subject: string, content: object, by = ann): Promise<string> =>
  transact(deps, (work) => approved(work, { by, action, subject, content }));

const asked = async (subject: string, content: object, by = ann): Promise<string> => {
  const error = await errorOf(attempt(subject, content, by));
  if (!(error instanceof ApprovalRequired)) throw error;
  expect(error.message).toContain(`approvals approve ${error.approvalId}`);
  return error.approvalId;
};
const approve = (approvalId: string, by = bob) =>
  decideApproval(deps, { by, approvalId, decision: "approve" });

describe("an approval", () => {
  test("is asked for, given by somebody else, and used once", async () => {
    const content = { amountMicroUsdc: 12n, at: Temporal.Instant.from("2026-11-20T12:00:00Z") };
    const id = await asked("thing/1", content);
    expect(await asked("thing/1", content)).toBe(id);
    expect(await getApproval(deps, { approvalId: id })).toMatchObject({
      state: "OPEN",
      content: { amountMicroUsdc: "12", at: "2026-11-20T12:00:00Z" },
      requestedBy: ann.actor.id,
      requestedByName: "ann",
      reason: "ann says so",
      decidedBy: null,
    });
    expect(await errorOf(approve(id, ann))).toMatchObject({ code: "FORBIDDEN" });
    expect(await approve(id)).toMatchObject({ state: "APPROVED", decidedByName: "bob" });
    expect(await errorOf(approve(id))).toMatchObject({ code: "APPROVAL_STATE_CONFLICT" });
    expect(await attempt("thing/1", content)).toBe(id);
    expect((await getApproval(deps, { approvalId: id })).state).toBe("USED");
    expect(await asked("thing/1", content)).not.toBe(id);
    const log = await listAudit(deps, { limit: 10 });
    expect(log.items.map((row) => row.action).slice(0, 3)).toEqual([
      "approval.request",
      "approval.approve",
      "approval.request",
    ]);
  });

  test("is of no use to another person, for another thing or with other content", async () => {
    const id = await asked("thing/2", { amount: 1 });
    await approve(id);
    expect(await asked("thing/2", { amount: 2 })).not.toBe(id);
    expect(await asked("thing/3", { amount: 1 })).not.toBe(id);
    expect(await asked("thing/2", { amount: 1 }, bob)).not.toBe(id);
    expect(await attempt("thing/2", { amount: 1 })).toBe(id);
  });

  test("stands again where what it was used for was undone", async () => {
    const id = await asked("thing/4", {});
    await approve(id);
    const undone = transact(deps, async (work) => {
      await approved(work, { by: ann, action, subject: "thing/4", content: {} });
      throw new Error("undone");
    });
    expect(await errorOf(undone)).toMatchObject({ message: "undone" });
    expect(await attempt("thing/4", {})).toBe(id);
  });

  test("that was rejected is no approval; the next attempt asks anew", async () => {
    const id = await asked("thing/5", {});
    const rejected = await decideApproval(deps, { by: bob, approvalId: id, decision: "reject" });
    expect(rejected.state).toBe("REJECTED");
    expect(await asked("thing/5", {})).not.toBe(id);
  });

  test("takes a reason", async () => {
    const silent = { actor: ann.actor, requestId: ann.requestId };
    const error = await errorOf(attempt("thing/6", {}, silent));
    expect(error).toMatchObject({ code: "VALIDATION_FAILED" });
  });

  test("is asked for once by many at once, decided once by many, and used once by many", async () => {
    const many = Array.from({ length: 12 }, () => asked("thing/7", { n: 1 }));
    const ids = new Set(await Promise.all(many));
    expect(ids.size).toBe(1);
    const [id = ""] = ids;
    const people = await Promise.all(Array.from({ length: 8 }, (_, n) => hire(person(`p${n}`))));
    const decisions = await Promise.allSettled(people.map((by) => approve(id, by)));
    expect(decisions.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const uses = await Promise.allSettled(
      Array.from({ length: 12 }, () => attempt("thing/7", { n: 1 })),
    );
    expect(uses.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("is listed newest first, by state, page by page", async () => {
    for (const subject of ["list/1", "list/2", "list/3"]) {
      await approve(await asked(subject, {}));
      await attempt(subject, {});
      await asked(subject, {});
    }
    const all = await listApprovals(deps, { limit: 100 });
    const used = await listApprovals(deps, { limit: 1, state: "USED" });
    const next = await listApprovals(deps, {
      limit: 100,
      state: "USED",
      cursor: used.nextCursor ?? undefined,
    });
    const ids = all.items.filter(({ state }) => state === "USED").map(({ id }) => id);
    expect([...used.items, ...next.items].map(({ id }) => id)).toEqual(ids);
    expect(ids.length).toBeGreaterThanOrEqual(3);
    expect(all.items.length).toBeGreaterThan(ids.length);
  });

  test("that is unknown is not found", async () => {
    for (const approvalId of [randomUUID(), "x"]) {
      const error = await errorOf(getApproval(deps, { approvalId }));
      expect(error).toMatchObject({ code: "APPROVAL_NOT_FOUND" });
      expect(await errorOf(approve(approvalId))).toMatchObject({ code: "APPROVAL_NOT_FOUND" });
    }
  });

  test("ends after 24 hours, approved or not", async () => {
    const open = await asked("thing/8", {});
    const given = await asked("thing/9", {});
    await approve(given);
    await scratch.setClock("2026-11-21T12:00:00Z");
    expect((await getApproval(deps, { approvalId: open })).state).toBe("EXPIRED");
    expect((await getApproval(deps, { approvalId: given })).state).toBe("EXPIRED");
    expect(await errorOf(approve(open))).toMatchObject({ code: "APPROVAL_STATE_CONFLICT" });
    expect(await asked("thing/9", {})).not.toBe(given);
  });

  test("is held to two people, one decision and one use by the database itself", async () => {
    const id = await asked("thing/10", {});
    const owner = scratch.owner.sql;
    const alone = errorOf(
      owner`select database.decide_approval(${id}::uuid, 'approve', ${ann.actor.id}::uuid, 'ann', null)`,
    );
    expect(constraintOf(await alone)).toBe("approval_takes_two");
    const stranger = errorOf(
      owner`select database.decide_approval(${id}::uuid, 'approve', gen_random_uuid(), 'x', null)`,
    );
    expect(constraintOf(await stranger)).toBe("approval_decided_by_user");
    const player = randomUUID();
    await owner`insert into identity.user (id, kind, created_at) values (${player}, 'player', now())`;
    const byPlayer = errorOf(
      owner`select database.decide_approval(${id}::uuid, 'approve', ${player}::uuid, 'x', null)`,
    );
    expect(constraintOf(await byPlayer)).toBe("approval_by_staff");
    await approve(id);
    for (const change of [
      "content = '{\"other\": 1}'",
      "requested_by = gen_random_uuid()",
      "decision = 'reject'",
      "decided_by = gen_random_uuid()",
      "expires_at = expires_at + interval '1 day'",
      "used_at = clock.now(), used_in = pg_current_xact_id(), subject = 'thing/11'",
    ]) {
      const refused = await errorOf(
        owner.unsafe(`update database.approval set ${change} where id = '${id}'`),
      );
      expect([change, constraintOf(refused)]).toEqual([change, "approval_history"]);
    }
    for (const statement of [
      "delete from database.approval",
      "truncate database.approval cascade",
    ]) {
      expect(constraintOf(await errorOf(owner.unsafe(statement)))).toBe("approval_history");
      const denied = await errorOf(scratch.database.sql.unsafe(statement));
      expect(sqlStateOf(denied)).toBe("42501");
    }
    const forged = await errorOf(
      scratch.database
        .sql`update database.approval set decided_by = gen_random_uuid() where id = ${id}`,
    );
    expect(sqlStateOf(forged)).toBe("42501");
  });
});
