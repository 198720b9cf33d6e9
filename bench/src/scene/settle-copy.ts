import { settled, type Settled } from "../processes/messages.ts";
import { spawnProcess } from "../processes/spawn.ts";
import { NotConserved, type Stage } from "../stage.ts";
import { copyHouse, type House } from "./house.ts";
import type { LockedTemplate } from "./locked-template.ts";

/** Settles the round of one database in a process of its own. */
export const settleIn = async (house: House, template: LockedTemplate): Promise<Settled> => {
  const order = { databaseUrl: house.url, ...template.locked };
  await using process = spawnProcess("settle", order, settled);
  return await process.answer;
};

/** @throws NotConserved unless the round is settled, each winner was paid once, and the books balance */
export const checkSettled = async (house: House, { state }: Settled): Promise<void> => {
  await house.audit();
  const [row] = await house.sql<{ paid: number; winners: number }[]>`
    select (select count(*)::int from ledger.transfer where kind = 23) as paid,
      (select bets_up::int from rounds.round where state = 'SETTLED') as winners`;
  if (state !== "SETTLED" || row === undefined || row.paid !== row.winners) {
    throw new NotConserved(`${state}: ${row?.paid ?? 0} of ${row?.winners ?? 0} winners paid`);
  }
};

/** Settles a fresh copy of `template`, in a process of its own, and drops it. */
export const settleCopy = async (stage: Stage, template: LockedTemplate): Promise<Settled> => {
  await using house = await copyHouse(stage, template.url);
  await stage.server.checkpoint();
  const result = await settleIn(house, template);
  stage.step("audit of what was settled");
  await checkSettled(house, result);
  return result;
};
