import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { randomIds } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { arrayLiteral, transact } from "@closebell/database";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { openUserAccounts } from "./index.ts";

const owners = Array.from({ length: 500 }, () => randomUUID());
let scratch: ScratchDatabase;

beforeAll(async () => {
  scratch = await scratchDatabase();
  const { database } = scratch;
  const deps = { database, events: memoryEvents(), ids: randomIds, log: silentLogger };
  await transact(deps, async (work) => {
    for (const owner of owners) await openUserAccounts(work, owner);
  });
});
afterAll(() => scratch[Symbol.asyncDispose]());

test("what is locked while others change it stands where it says, with the balance it says", async () => {
  const { sql } = scratch.owner;
  const done = new AbortController();
  // each in a transaction of its own, so that many change between what a lock's statement sees and what it locks
  const change = async () => {
    while (!done.signal.aborted)
      await sql.unsafe(`do $$ declare v_id bigint; begin
        for v_id in select id from ledger.account where purpose = 'available' order by random() loop
          update ledger.account set balance = balance + 1 where id = v_id;
          commit;
        end loop; end $$`);
  };
  const changes = [change(), change()];
  const seen = { locked: 0, standing: 0 };
  for (let each = 0; each < 100; each += 1)
    await sql.begin(async (tx) => {
      const [found] = await tx<{ accounts: string; places: string; balances: string }[]>`
        select l.accounts::text, l.places::text, l.balances::text
        from ledger.lock_owners(${arrayLiteral(owners)}::uuid[], 'available', 0) l`;
      const { accounts = "{}", places = "{}", balances = "{}" } = found ?? {};
      const [count] = await tx<{ locked: number; standing: number }[]>`
        select count(*)::int as locked, count(a.id)::int as standing
        from unnest(${accounts}::bigint[], ${places}::text::tid[], ${balances}::bigint[]) as l (account, place, balance)
        left join ledger.account a on a.ctid = l.place and a.id = l.account and a.balance = l.balance`;
      seen.locked += count?.locked ?? 0;
      seen.standing += count?.standing ?? 0;
    });
  done.abort();
  await Promise.all(changes);
  expect(seen.locked).toBeGreaterThan(0);
  expect(seen.standing).toBe(seen.locked);
});
