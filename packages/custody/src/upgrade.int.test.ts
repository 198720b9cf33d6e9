import { expect, test } from "bun:test";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SYSTEM_ACTORS, randomIds } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { migrate, migrations as database, openDatabase } from "@closebell/database";
import { emptyDatabase } from "@closebell/database/testing";
import { createUser, migrations as identity } from "@closebell/identity";
import { migrations as ledger } from "@closebell/ledger";
import { migrations as protection } from "@closebell/protection";
import { advanceChain } from "./advance-chain.ts";
import { DEFAULT_POLICY } from "./custody-policy.ts";
import { migrations } from "./index.ts";
import { listWithdrawals } from "./list-withdrawals.ts";
import { by, outside } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

/** The migrations as they were before payments had numbers. */
const firstOnly = async (folder: string) => {
  await cp(migrations.folder, folder, { recursive: true });
  const entry = { idx: 0, version: "7", when: 1763856000000, tag: "0000_custody" };
  const journal = {
    version: "7",
    dialect: "postgresql",
    entries: [{ ...entry, breakpoints: true }],
  };
  await writeFile(join(folder, "meta", "_journal.json"), JSON.stringify(journal));
  return { ...migrations, folder };
};

test("what was under way on a simulated chain before payments had numbers is paid under one", async () => {
  await using empty = await emptyDatabase();
  const folder = await mkdtemp(join(tmpdir(), "closebell-custody-"));
  const rooms = [database, ledger, identity, protection];
  await migrate({ url: empty.url, sets: [...rooms, await firstOnly(folder)] });
  const old = openDatabase({ url: empty.url, max: 2, role: "owner" });
  const tools = { events: memoryEvents(), ids: randomIds, log: silentLogger };
  const chain = scriptedChain({ name: "simulated" });
  const { id } = await createUser({ ...tools, database: old }, { by });
  await old.sql`insert into custody.chain (name) values ('simulated')`;
  const states = ["REQUESTED", "APPROVED", "BROADCAST"];
  for (const n of states.keys()) {
    const [row] = await old.sql<{ id: string }[]>`
      insert into custody.withdrawal (id, user_id, chain, to_address, amount, idempotency_key, state, created_at, updated_at)
      values (gen_random_uuid(), ${id}, 'simulated', ${outside(n)}, 5, ${`k${n}`}, 'REQUESTED', clock.now(), clock.now())
      returning id`;
    await old.sql`insert into custody.withdrawal_event (withdrawal, n, state, at, actor)
      values (${row?.id ?? ""}, 1, 'REQUESTED', clock.now(), ${SYSTEM_ACTORS.chain.id})`;
    for (const step of states.slice(1, n + 1)) {
      await old.sql`update custody.withdrawal set state = ${step}, tx = ${step === "BROADCAST" ? "0xold" : null},
        attempts = attempts + 1 where id = ${row?.id ?? ""}`;
    }
  }
  await old.close();
  await migrate({ url: empty.url, sets: [...rooms, migrations] });
  const now = openDatabase({ url: empty.url, max: 4, role: "owner" });
  const deps = { ...tools, database: now, chains: [chain], policy: DEFAULT_POLICY };
  const { items } = await listWithdrawals(deps, { limit: 10 });
  const found = items.map(({ state, tx }) => `${state} ${tx}`);
  expect(found.toSorted()).toEqual(["APPROVED null", "APPROVED null", "REQUESTED null"]);
  for (let pass = 0; pass < 2; pass += 1) {
    await advanceChain(deps, { by });
    chain.mine(1);
  }
  for (const n of states.keys()) expect(BigInt(chain.usdcOf(outside(n)))).toBe(5n);
  await now.close();
  await rm(folder, { recursive: true });
});
