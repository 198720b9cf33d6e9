import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Actor, type By, DomainError, randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { constraintOf, listAudit } from "@closebell/database";
import { errorOf, type ScratchDatabase, scratchDatabase } from "@closebell/database/testing";
import fc from "fast-check";
import { verifyApiKey } from "../api-keys/verify-api-key.ts";
import { STAFF_ROLES, type StaffRole } from "../roles.ts";
import { playerWith, staffWith } from "../testing/index.ts";
import { lettersOf, tokenIn } from "../testing/registered.ts";
import { testIdentity } from "../testing/test-identity.ts";
import { grantRole, revokeRole } from "./change-role.ts";
import { claimStaff, firstAdminToken } from "./claim-staff.ts";
import { createStaff } from "./create-staff.ts";
import { getStaffMember } from "./get-staff-member.ts";
import { inviteStaff } from "./invite-staff.ts";
import { listStaff } from "./list-staff.ts";
import { sandboxCrew } from "./sandbox-crew.ts";

let scratch: ScratchDatabase;
let deps: ReturnType<typeof testIdentity>;

const depsOn = ({ database }: ScratchDatabase) => testIdentity(database);

/** What was mailed last: to whom, and the one-time token in it. */
const mailed = async (): Promise<{ readonly to: string; readonly token: string }> => {
  const letter = (await lettersOf(deps)).at(-1);
  return { to: letter?.to ?? "nobody", token: tokenIn(letter?.text) };
};

beforeAll(async () => {
  scratch = await scratchDatabase();
  deps = depsOn(scratch);
});
afterAll(() => scratch[Symbol.asyncDispose]());

const requestId = randomIds.uuid();
const byOf = (actor: By["actor"]): By => ({ actor, requestId, reason: "test" });
const system = byOf(SYSTEM_ACTORS.migration);

const outcome = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : error),
  );

describe("the first admin", () => {
  test("comes by a one-time token: one of many who try at once, and none after that", async () => {
    await using fresh = await scratchDatabase();
    const own = depsOn(fresh);
    const replaced = await firstAdminToken(own, { requestId });
    const made = await firstAdminToken(own, { requestId });
    const token = made?.token ?? "";
    expect(token).toMatch(/^cb_claim_[0-9A-Za-z]{43}$/);
    const claim = (handle: string, text = token) =>
      claimStaff(own, { token: text, requestId, handle, email: `${handle}@example.com` });
    expect(await outcome(claim("ann", replaced?.token))).toBe("TOKEN_INVALID");
    for (const half of [{ handle: "ann" }, { email: "ann@example.com" }]) {
      const attempt = claimStaff(own, { token, requestId, ...half });
      expect(await outcome(attempt)).toBe("VALIDATION_FAILED");
    }
    const tries = ["ann", "bob", "cid", "dan"].map((handle) => outcome(claim(handle)));
    const ends = await Promise.all(tries);
    expect(ends.filter((end) => end === "done")).toHaveLength(1);
    expect(ends.filter((end) => end === "TOKEN_INVALID")).toHaveLength(3);
    expect(await firstAdminToken(own, { requestId })).toBeNull();
    const staff = await listStaff(own, { limit: 10 });
    expect(staff.items).toMatchObject([{ roles: ["admin"] }]);
    const letters = await lettersOf(own);
    expect(letters.map(({ to }) => to)).toEqual([`${staff.items[0]?.handle}@example.com`]);
    const log = (await listAudit(own, { limit: 10 })).items;
    expect(log.map(({ action }) => action).toSorted()).toEqual(["api-key.create", "staff.claim"]);
  });

  test("is none once there is an admin, even by a token made before", async () => {
    await using fresh = await scratchDatabase();
    const own = depsOn(fresh);
    const made = await firstAdminToken(own, { requestId });
    await staffWith(own, ["admin"]);
    const late = claimStaff(own, {
      token: made?.token ?? "",
      requestId,
      handle: "late",
      email: "late@example.com",
    });
    expect(await outcome(late)).toBe("TOKEN_INVALID");
  });
});

describe("a member of staff", () => {
  test("trades a one-time token, which only they are sent, for a key that only they see", async () => {
    const { principal } = await staffWith(deps, ["admin"]);
    const by = byOf(principal.actor);
    const hired = await createStaff(deps, {
      by,
      handle: "Olga",
      roles: ["treasurer", "operator", "operator"],
      email: " Olga@Example.com ",
    });
    const { member } = hired;
    expect(member.roles).toEqual(["operator", "treasurer"]);
    const { to, token } = await mailed();
    expect([to, hired.email]).toEqual(["olga@example.com", "olga@example.com"]);
    expect(JSON.stringify(hired)).not.toContain(token);
    const { key } = await claimStaff(deps, { token: ` ${token}\n`, requestId });
    const proved = await verifyApiKey(deps, key);
    expect(proved).toMatchObject({
      actor: { kind: "staff", id: member.id, name: "Olga" },
      roles: ["operator", "treasurer"],
    });
    expect(proved.permissions.has("rounds:operate")).toBe(true);
    expect(proved.permissions.has("own:credentials")).toBe(false);
    const [told] = await lettersOf(deps);
    expect(told).toMatchObject({
      to: "olga@example.com",
      subject: expect.stringContaining("made"),
    });
    const again = claimStaff(deps, { token, requestId });
    expect(await outcome(again)).toBe("TOKEN_INVALID");
    const lost = await inviteStaff(deps, { by, member: "olga" });
    const newer = await mailed();
    expect([newer.to, JSON.stringify(lost).includes(newer.token)]).toEqual([to, false]);
    const second = await claimStaff(deps, { token: newer.token, requestId });
    expect(second.member).toEqual(await getStaffMember(deps, { member: member.id }));
    const log = (await listAudit(deps, { limit: 20 })).items;
    const steps = log.filter(({ subject }) => subject === "Olga");
    expect(steps.map(({ action, actorName }) => [action, actorName])).toEqual([
      ["staff.claim", "Olga"],
      ["staff.invite", principal.actor.name],
      ["staff.claim", "Olga"],
      ["staff.create", principal.actor.name],
    ]);
    expect(steps[3]).toMatchObject({ after: { email: "olga@example.com" } });
    expect(steps[1]).toMatchObject({ after: { email: "olga@example.com" } });
  });

  test("who has no address is sent no token: whoever gave them one could act as them", async () => {
    const { principal } = await staffWith(deps, ["operator"]);
    const input = { by: system, member: principal.actor.id };
    expect(await outcome(inviteStaff(deps, input))).toBe("FORBIDDEN");
  });

  test("whose token is old, mistyped or replaced gets nothing", async () => {
    const input = { by: system, handle: "slow", roles: ["support"] as const };
    await createStaff(deps, { ...input, email: "slow@example.com" });
    const { token: first } = await mailed();
    const claim = (token: string) => outcome(claimStaff(deps, { token, requestId }));
    for (const token of ["", "cb_claim_", `${first}x`, first.slice(0, -1)]) {
      expect(await claim(token)).toBe("TOKEN_INVALID");
    }
    await inviteStaff(deps, { by: system, member: "slow" });
    const { token: newer } = await mailed();
    expect(await claim(first)).toBe("TOKEN_INVALID");
    await scratch.owner.sql`
      update identity.staff_claim set expires_at = created_at where used_at is null and user_id is not null`;
    expect(await claim(newer)).toBe("TOKEN_INVALID");
  });

  test("has a name and an address of their own, and at least one role", async () => {
    const make = (
      handle: string,
      roles: readonly StaffRole[] = ["support"],
      email = `${randomIds.uuid()}@example.com`,
    ) => outcome(createStaff(deps, { by: system, handle, roles, email }));
    expect(await make("Nina", ["support"], "nina@example.com")).toBe("done");
    expect(await make("nINA")).toBe("HANDLE_TAKEN");
    expect(await make("nora", ["support"], "NINA@example.com")).toBe("VALIDATION_FAILED");
    expect(await make("nora", ["support"], "no address")).toBe("VALIDATION_FAILED");
    expect(await make("two words")).toBe("VALIDATION_FAILED");
    expect(await make("nora", [])).toBe("VALIDATION_FAILED");
    const both = await Promise.all([make("Ute"), make("UTE")]);
    expect(new Set(both)).toEqual(new Set(["HANDLE_TAKEN", "done"]));
    const { principal: player } = await playerWith(deps, "nora");
    const wrong = grantRole(deps, { by: system, member: player.actor.id, role: "admin" });
    expect(await outcome(wrong)).toBe("USER_NOT_FOUND");
  });

  test("never changes their own roles; by the table's own constraints neither", async () => {
    const { principal: admin } = await staffWith(deps, ["admin"]);
    const { id } = admin.actor;
    const own = { by: byOf(admin.actor), member: id };
    expect(await outcome(grantRole(deps, { ...own, role: "operator" }))).toBe("FORBIDDEN");
    expect(await outcome(revokeRole(deps, { ...own, role: "admin" }))).toBe("FORBIDDEN");
    const { sql } = scratch.database;
    const grant = sql`
      insert into identity.user_role (user_id, role, granted_by, granted_at) values (${id}, 'operator', ${id}, now())`;
    expect(constraintOf(await errorOf(grant))).toBe("user_role_granted_by_another");
    const revoke = sql`
      update identity.user_role set revoked_by = ${id}, revoked_at = now() where user_id = ${id}`;
    expect(constraintOf(await errorOf(revoke))).toBe("user_role_revoked_by_another");
    const { principal: player } = await playerWith(deps);
    const promote = sql`
      insert into identity.user_role (user_id, role, granted_by, granted_at)
      values (${player.actor.id}, 'admin', ${id}, now())`;
    expect(constraintOf(await errorOf(promote))).toBe("user_role_of_staff");
  });

  test("gets and loses roles by another's hand, each change once and on record", async () => {
    const { principal: admin } = await staffWith(deps, ["admin"]);
    const { principal } = await staffWith(deps, ["support"], "rudi");
    const change = { by: byOf(admin.actor), member: "RUDI", role: "operator" } as const;
    expect((await grantRole(deps, change)).roles).toEqual(["support", "operator"]);
    await grantRole(deps, change);
    expect((await revokeRole(deps, change)).roles).toEqual(["support"]);
    await revokeRole(deps, change);
    expect((await grantRole(deps, change)).roles).toEqual(["support", "operator"]);
    const log = (await listAudit(deps, { limit: 200 })).items;
    const own = log.filter(({ subject }) => subject === "rudi");
    expect(own.map(({ action }) => action)).toEqual(["staff.grant", "staff.revoke", "staff.grant"]);
    expect(own[1]).toMatchObject({
      actorName: admin.actor.name,
      reason: "test",
      before: { roles: ["support", "operator"] },
      after: { roles: ["support"] },
    });
    expect(principal.actor.kind).toBe("staff");
  });
});

test("whatever admins do to each other, at once or in turn, an admin is left", async () => {
  await using fresh = await scratchDatabase();
  const own = depsOn(fresh);
  const admins: Actor[] = [];
  for (let n = 0; n < 4; n += 1) admins.push((await staffWith(own, ["admin"])).principal.actor);
  const index = fc.nat(admins.length - 1);
  const step = fc.record({ by: index, on: index, what: fc.constantFrom("grant", "revoke") });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const attempts = steps.map(async ({ by, on, what }) => {
        const [actor, target] = [admins[by], admins[on]];
        if (actor === undefined || target === undefined) return;
        const change = what === "grant" ? grantRole : revokeRole;
        await outcome(change(own, { by: byOf(actor), member: target.id, role: "admin" }));
      });
      await Promise.all(attempts);
      const { items } = await listStaff(own, { limit: 10 });
      expect(items.some(({ roles }) => roles.includes("admin"))).toBe(true);
    }),
    { numRuns: 15 },
  );
  const { items } = await listStaff(own, { limit: 10 });
  const last = items.filter(({ roles }) => roles.includes("admin"));
  const ends = last.map(({ id }) =>
    outcome(revokeRole(own, { by: system, member: id, role: "admin" })),
  );
  expect((await Promise.all(ends)).filter((end) => end === "FORBIDDEN")).toHaveLength(1);
});

test("a sandbox has ready-made people, the same each time, each with a new key; nothing else has", async () => {
  await using fresh = await scratchDatabase();
  const own = depsOn(fresh);
  const [first, again] = [await sandboxCrew(own), await sandboxCrew(own)];
  expect(again.operator.actor).toEqual(first.operator.actor);
  expect(again.player.actor).toEqual(first.player.actor);
  expect(again.player.apiKey).not.toBe(first.player.apiKey);
  expect(first.second.actor.id).not.toBe(first.operator.actor.id);
  expect((await verifyApiKey(own, first.operator.apiKey)).roles).toEqual([...STAFF_ROLES]);
  expect((await verifyApiKey(own, again.player.apiKey)).roles).toEqual(["player"]);
  await using real = await scratchDatabase({ sandbox: false });
  expect(await outcome(sandboxCrew(depsOn(real)))).toBe("SANDBOX_ONLY");
});
