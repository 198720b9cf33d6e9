import { lockRound } from "@closebell/rounds";
import type { Stage } from "../stage.ts";
import { consentTo } from "./consent.ts";
import { createHouse, openHouse } from "./house.ts";
import { loadBets } from "./load-bets.ts";
import { loadUsers } from "./load-users.ts";
import { openRounds, type RoundName } from "./open-rounds.ts";

/** A database with a locked round full of bets, and the next one open and empty. */
export interface LockedTemplate {
  readonly url: string;
  readonly bets: number;
  readonly locked: RoundName;
  readonly open: RoundName;
  /** Players who have no bet yet. */
  readonly others: readonly string[];
}

/** Makes one. It is a sandbox, where a round may be settled by hand before its close. */
export const createLockedTemplate = async (
  stage: Stage,
  options: { readonly bets: number; readonly others: number },
): Promise<LockedTemplate> => {
  const { bets, others } = options;
  const players = Math.max(2, Math.round(bets * stage.sizes.playersPerBet));
  const name = `loading ${bets.toLocaleString("en-US")} bets`;
  stage.step(`${name}: ${players} players`);
  const url = await createHouse(stage, { sandbox: true });
  await using house = await openHouse(url);
  const users = await loadUsers(house, players + others);
  const [locked, open] = await openRounds(house, 2);
  if (locked === undefined || open === undefined) throw new Error("two rounds are needed");
  const [row] = await house.sql<{ id: number }[]>`
    select id from rounds.round where market = ${locked.market} and code = ${locked.code}`;
  await loadBets({
    url,
    roundId: row?.id ?? 0,
    bets,
    players,
    signal: stage.signal,
    step: (what) => stage.step(`${name}: ${what}`),
  });
  stage.step(`${name}: vacuum`);
  await house.sql.unsafe("vacuum (analyze)");
  const { runtime, by } = house;
  const lock = () => lockRound(runtime, { by, market: locked.market, code: locked.code });
  await consentTo(runtime, lock);
  await lock();
  await stage.server.checkpoint();
  return { url, bets, locked, open, others: users.slice(players) };
};
