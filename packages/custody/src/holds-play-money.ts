import { snapshot, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";

/**
 * Whether anybody was ever given money that nobody paid in: a credit, or a deposit on the simulated chain. Who won it
 * since can't be told, so a real chain must never pay out on such a database.
 */
export const holdsPlayMoney = (deps: Pick<Deps, "database">): Promise<boolean> =>
  snapshot(deps, async (tx) => {
    const [row] = await tx.execute<{ held: boolean }>(sql`
      select exists (select from custody.credit)
        or exists (select from custody.deposit where chain = 'simulated') as held`);
    return row?.held === true;
  });
