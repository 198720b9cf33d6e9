import { expect, test } from "bun:test";
import { DomainError, SYSTEM_ACTORS, randomIds, type By } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { listAudit, type Deps } from "@closebell/database";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { balancesOf, userAccount } from "@closebell/ledger";
import { createUser } from "./create-user.ts";
import { getPlayer, getUser } from "./get-user.ts";
import { listUsers } from "./list-users.ts";
import { staffWith } from "./testing/index.ts";

const by: By = { actor: SYSTEM_ACTORS.migration, requestId: randomIds.uuid() };

const depsOf = ({ database }: ScratchDatabase): Deps => ({
  database,
  events: memoryEvents(),
  ids: randomIds,
  log: silentLogger,
});

/** What a verb refuses with: its code, or the message of anything else. */
const refusalOf = (work: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(work).then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );

test("a player comes with three empty accounts", async () => {
  await using scratch = await scratchDatabase();
  const deps = depsOf(scratch);
  const user = await createUser(deps, { by });
  expect(user).toMatchObject({ kind: "player", handle: null });
  expect(user.createdAt.toString()).toBe("2026-11-20T12:00:00Z");
  const codes = [
    userAccount(user.id, "available"),
    userAccount(user.id, "withdrawing"),
    userAccount(user.id, "held"),
  ];
  const balances = await balancesOf(deps.database.orm, codes);
  expect([...balances.values()].map(String)).toEqual(["0", "0", "0"]);
  expect(await getUser(deps, { userId: user.id })).toEqual(user);
  expect(await getPlayer(deps, { userId: user.id })).toEqual(user);
});

test("a handle is taken whatever its case, and by one of two who ask at once", async () => {
  await using scratch = await scratchDatabase();
  const deps = depsOf(scratch);
  await createUser(deps, { by, handle: "Ada" });
  expect(await refusalOf(createUser(deps, { by, handle: "aDA" }))).toBe("HANDLE_TAKEN");
  const both = await Promise.all(
    ["bob", "BOB"].map((handle) => refusalOf(createUser(deps, { by, handle }))),
  );
  expect(both.toSorted()).toEqual(["HANDLE_TAKEN", "done"]);
  const page = await listUsers(deps, { kind: "player", limit: 10 });
  expect(page.items.length).toBe(2);
});

test("a player whom staff make is on record", async () => {
  await using scratch = await scratchDatabase();
  const deps = depsOf(scratch);
  const { principal } = await staffWith(deps, ["admin"]);
  const requestId = randomIds.uuid();
  const { id } = await createUser(deps, {
    by: { actor: principal.actor, requestId },
    handle: "eve",
  });
  const { items } = await listAudit(deps, { limit: 10 });
  expect(items.find((entry) => entry.requestId === requestId)).toMatchObject({
    action: "user.create",
    subject: `user/${id}`,
    after: { handle: "eve" },
  });
});

test("who is no user is not found, whatever the id looks like", async () => {
  await using scratch = await scratchDatabase();
  const deps = depsOf(scratch);
  for (const userId of [randomIds.uuid(), "nobody", "", "' or true --"]) {
    expect(await refusalOf(getUser(deps, { userId }))).toBe("USER_NOT_FOUND");
  }
});

test("the service's own processes are users, and no players", async () => {
  await using scratch = await scratchDatabase();
  const deps = depsOf(scratch);
  for (const { id, name } of Object.values(SYSTEM_ACTORS)) {
    expect(await getUser(deps, { userId: id })).toMatchObject({ kind: "system", handle: name });
    expect(await refusalOf(getPlayer(deps, { userId: id }))).toBe("USER_NOT_FOUND");
  }
});

test("users are listed newest first, each once, with a cursor of their own list", async () => {
  await using scratch = await scratchDatabase();
  const deps = depsOf(scratch);
  const made: string[] = [];
  for (let n = 0; n < 5; n += 1) made.unshift((await createUser(deps, { by })).id);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listUsers(deps, { kind: "player", limit: 2, cursor });
    seen.push(...page.items.map((user) => user.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual(made);
  const first = await listUsers(deps, { kind: "player", limit: 2 });
  const elsewhere = listUsers(deps, { limit: 2, cursor: first.nextCursor ?? "" });
  expect(await refusalOf(elsewhere)).toBe("CURSOR_INVALID");
  const all = await listUsers(deps, { limit: 100 });
  expect(all.items.length).toBe(5 + Object.keys(SYSTEM_ACTORS).length);
});

test("who a user is never changes, not even by the owner of the table", async () => {
  await using scratch = await scratchDatabase();
  const deps = depsOf(scratch);
  const { id } = await createUser(deps, { by, handle: "ada" });
  const { sql } = scratch.owner;
  for (const change of [
    sql`delete from identity.user where id = ${id}`,
    sql`update identity.user set kind = 'staff' where id = ${id}`,
    sql`update identity.user set id = gen_random_uuid() where id = ${id}`,
    sql`truncate identity.user cascade`,
  ]) {
    expect(await refusalOf(change)).toContain("refused");
  }
  const asService = scratch.database.sql`update identity.user set handle = 'eve' where id = ${id}`;
  expect(await refusalOf(asService)).toContain("permission denied");
});
