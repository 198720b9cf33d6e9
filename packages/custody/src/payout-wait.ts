import { reachable, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";

/** For how many hours a payout address that is saved now waits, by `clock.now()`, before it can be paid to. */
export const payoutWait = async ({ database }: Pick<Deps, "database">): Promise<number> => {
  const [row] = await reachable(database.url, () =>
    database.orm.execute<{ hours: number }>(sql`select hours from custody.payout_wait`),
  );
  if (row === undefined) throw new Error("Nothing says how long a payout address waits.");
  return row.hours;
};

/**
 * Changes that, 0 to 8,760 hours, for what is saved from now on. Only the owner of the tables may: the service, and whoever has
 * its login, can't make an address count sooner.
 */
export const setPayoutWait = async (
  { database }: Pick<Deps, "database">,
  hours: number,
): Promise<void> => {
  await reachable(database.url, () =>
    database.orm.execute(
      sql`update custody.payout_wait set hours = ${hours} where hours <> ${hours}`,
    ),
  );
};
