import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SYSTEM_ACTORS, randomIds, type By } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { migrate, migrations as database, openDatabase, type Deps } from "@closebell/database";
import { emptyDatabase } from "@closebell/database/testing";
import { createUser, migrations as identity } from "@closebell/identity";
import { migrations as ledger } from "@closebell/ledger";
import { migrations } from "./index.ts";
import { protectionOf } from "./protection-of.ts";

const by: By = { actor: SYSTEM_ACTORS.migration, requestId: randomUUID() };
const sandbox = { now: Temporal.Instant.from("2027-06-01T00:00:00Z") };

/** The migrations as they were before anything had to be asked for twice. */
const firstOnly = async (folder: string) => {
  await cp(migrations.folder, folder, { recursive: true });
  const entry = { idx: 0, version: "7", when: 1763856000000, tag: "0000_protection" };
  const entries = [{ ...entry, breakpoints: true }];
  const journal = { version: "7", dialect: "postgresql", entries };
  await writeFile(join(folder, "meta", "_journal.json"), JSON.stringify(journal));
  return { ...migrations, folder };
};

test("what had come due or ended before stays so; what had not waits for a word", async () => {
  await using empty = await emptyDatabase();
  const { url } = empty;
  const folder = await mkdtemp(join(tmpdir(), "closebell-protection-"));
  const rooms = [database, ledger, identity];
  await migrate({ url, sandbox, sets: [...rooms, await firstOnly(folder)] });
  const owner = openDatabase({ url, max: 2, role: "owner" });
  const tools = { events: memoryEvents(), ids: randomIds, log: silentLogger };
  const deps: Deps = { ...tools, database: owner };
  const { sql } = owner;
  const player = async () => {
    const { id } = await createUser(deps, { by });
    await sql`insert into protection.player (user_id, account)
      select ${id}, a.id from ledger.account a where a.owner = ${id} and a.purpose = 'available'`;
    return id;
  };
  const limit = (id: string, from: string) => sql`
    insert into protection.spending_limit (user_id, kind, period, amount, next_amount, next_from)
    values (${id}, 'stake', 'day', 40, 90, ${from}::timestamptz)`;
  const restrict = (id: string, kind: string, begins: string, ends: string) => sql`
    insert into protection.restriction (id, user_id, kind, begins_at, ends_at, reason, placed_by)
    values (gen_random_uuid(), ${id}, ${kind}, ${begins}::timestamptz, ${ends}::timestamptz, '', ${by.actor.id})`;
  const [due, waiting, rests, back, out] = [
    await player(),
    await player(),
    await player(),
    await player(),
    await player(),
  ];
  await limit(due, "2027-05-31T23:00:00Z");
  await limit(waiting, "2027-06-01T01:00:00Z");
  await restrict(rests, "time-out", "2027-05-31T12:00:00Z", "2027-06-01T12:00:00Z");
  await restrict(back, "self-exclusion", "2026-11-01T00:00:00Z", "2027-05-01T00:00:00Z");
  await restrict(out, "self-exclusion", "2027-01-01T00:00:00Z", "2027-07-01T00:00:00Z");
  await migrate({ url, sets: [...rooms, migrations] });
  const limitOf = async (userId: string) => (await protectionOf(deps, { userId })).limits[0];
  const stand = async (userId: string) =>
    (await protectionOf(deps, { userId })).restrictions.map(({ overAt }) => overAt?.toString());
  expect(await limitOf(due)).toMatchObject({ amount: 90n, pending: null });
  const from = Temporal.Instant.from("2027-06-01T01:00:00Z");
  const pending = { amount: 90n, from, until: from.add({ hours: 72 }) };
  expect(await limitOf(waiting)).toMatchObject({ amount: 40n, pending });
  expect(await stand(rests)).toEqual(["2027-06-01T12:00:00Z"]);
  expect([await stand(back), await stand(out)]).toEqual([[], [undefined]]);
  await sql`select clock.move('2028-01-01T00:00:00Z')`;
  expect([await stand(rests), await stand(out)]).toEqual([[], [undefined]]);
  await owner.close();
  await rm(folder, { recursive: true });
});
