import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { constraintOf } from "@closebell/database";
import { scratchDatabase } from "@closebell/database/testing";

test("nobody opens an account that is other than its code says, with the service's login neither", async () => {
  await using scratch = await scratchDatabase();
  const { sql } = scratch.database;
  const [own, other] = [randomUUID(), randomUUID()];
  const odd: readonly (readonly [string, string | null, string | null, number, boolean])[] = [
    [`user/${own}/available`, own, "available", 1, false],
    [`user/${own}/available`, own, "available", 4, true],
    [`user/${own}/available`, other, "available", 1, true],
    [`user/${own}/available`, own, "held", 1, true],
    [`user/${own}/available`, null, null, 1, true],
    ["round/ndx-20261120/settlement", null, null, 2, false],
    ["round/ndx-20261120/settlement", own, "settlement", 2, true],
    ["custody/mine", null, null, 2, false],
    ["house/mine", null, null, 3, false],
    ["house/mine", null, null, 4, false],
  ];
  const allowed: string[] = [];
  for (const [code, owner, purpose, rank, floored] of odd) {
    const open = sql`
      select ledger.open_accounts(array[${code}]::text[], ${owner}::uuid, array[${purpose}]::text[], ${rank}::smallint, ${floored})`;
    const refused = await open.then(() => undefined, constraintOf);
    if (refused !== "account_as_named") allowed.push(`${code} ${owner} ${rank} ${floored}`);
  }
  expect(allowed).toEqual([]);
});
