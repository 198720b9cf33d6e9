import type { Stage } from "../stage.ts";
import { createHouse, openHouse } from "./house.ts";
import { loadUsers } from "./load-users.ts";
import { openRounds, type RoundName } from "./open-rounds.ts";

/** A database with players and open rounds and without a bet, to be copied for each sample. */
export interface BettingTemplate {
  readonly url: string;
  readonly users: readonly string[];
  readonly rounds: readonly RoundName[];
}

/** Makes one, on real time, as production has it. */
export const createBettingTemplate = async (
  stage: Stage,
  options: { readonly users: number; readonly rounds: number },
): Promise<BettingTemplate> => {
  stage.step(`${options.users} players, ${options.rounds} open rounds`);
  const url = await createHouse(stage, { sandbox: false });
  await using house = await openHouse(url);
  const users = await loadUsers(house, options.users);
  const rounds = await openRounds(house, options.rounds);
  await house.sql.unsafe("vacuum (analyze)");
  return { url, users, rounds };
};
