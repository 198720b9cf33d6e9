import { microUsdc } from "@closebell/money";
import { setLimit } from "@closebell/protection";
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

/** More than anybody stakes here. */
const LIMIT = microUsdc(10n ** 15n);

const AT_ONCE = 20;

/** The same, but every player has set limits on what they stake and lose in a day, which hold and which nobody reaches. */
export const limitAll = async (
  stage: Stage,
  template: BettingTemplate,
): Promise<BettingTemplate> => {
  stage.step(`limits of ${template.users.length} players`);
  const url = await stage.server.createDatabase(template.url);
  await using house = await openHouse(url);
  const waiting = template.users.values();
  const work = async (): Promise<void> => {
    for (const userId of waiting)
      for (const kind of ["stake", "loss"] as const)
        await setLimit(house.runtime, {
          by: house.by,
          userId,
          kind,
          period: "day",
          amount: LIMIT,
        });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await house.sql.unsafe("vacuum (analyze)");
  return { ...template, url };
};
