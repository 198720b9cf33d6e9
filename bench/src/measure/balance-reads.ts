import { createBalanceReader } from "@closebell/ledger";
import { arm, interleave } from "../interleave.ts";
import { bestClients, createPgbenchTables, NO_PGBENCH, pgbenchOn } from "../references/pgbench.ts";
import { ratioOf, type Figure } from "../report/figure.ts";
import { createHouse, openHouse, type House } from "../scene/house.ts";
import { loadUsers } from "../scene/load-users.ts";
import { NotConserved, type Measurement, type Stage } from "../stage.ts";
import { summarize } from "../stats/summary.ts";

/** Players for each unit of scale, of 100,000 rows in pgbench: with three accounts each, tables of like size. */
const USERS_PER_SCALE = 10_000;

/** Balances a second that `readers` get who each ask again when answered, of random users, in this process. */
const readsPerSecond = async (
  { runtime }: House,
  users: readonly string[],
  { balanceReaders, seconds, warmSeconds }: Stage["sizes"],
): Promise<number> => {
  const reader = createBalanceReader(runtime);
  const from = performance.now() + warmSeconds * 1000;
  const to = from + seconds * 1000;
  let read = 0;
  const ask = async (): Promise<void> => {
    for (let now = 0; now < to; now = performance.now()) {
      const user = users[Math.floor(Math.random() * users.length)] ?? "";
      const balances = await reader.balancesOf(user);
      if (balances === undefined || balances.available <= 0n) {
        throw new NotConserved(`the balance of ${user} is gone`);
      }
      if (now >= from) read += 1;
    }
  };
  await Promise.all(Array.from({ length: balanceReaders }, ask));
  return read / seconds;
};

const run = async (stage: Stage): Promise<readonly Figure[]> => {
  const { sizes } = stage;
  const count = sizes.pgbenchScale * USERS_PER_SCALE;
  stage.step(`${count.toLocaleString("en-US")} players`);
  await using house = await openHouse(await createHouse(stage, { sandbox: false }));
  const users = await loadUsers(house, count);
  const tables = await createPgbenchTables(stage);
  const selects = tables === undefined ? undefined : pgbenchOn(stage, tables, ["-S", "-n"]);
  if (selects === undefined) {
    stage.notMeasured("balance/select", NO_PGBENCH);
    return [];
  }
  const clients = await bestClients(stage, "pgbench -S", selects);
  const ours = arm("the verb", () => readsPerSecond(house, users, sizes));
  const theirs = arm(`pgbench -S, ${clients} clients`, () => selects.tps(clients, sizes.seconds));
  await interleave(stage, [ours, theirs]);
  await house.audit();
  const note = `${count.toLocaleString("en-US")} players; pgbench -S at ${clients} clients, scale ${sizes.pgbenchScale}`;
  const [verb, select] = [summarize(ours.samples), summarize(theirs.samples)];
  return [ratioOf("balance/select", verb, select, "reads/s", note)];
};

export const balanceReads: Measurement = {
  part: "reads",
  title: "reading balances",
  seconds: 90,
  run,
};
