import { snapshot, type Deps } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

/** The sum of all balances: anything but 0 is an error in the books. Reads every account, and no transfer. */
export const imbalance = (deps: Pick<Deps, "database">): Promise<MicroUsdc> =>
  snapshot(deps, async (tx) => {
    const [row] = await tx.execute<{ sum: bigint }>(
      sql`select coalesce(sum(balance), 0)::bigint as sum from ledger.account`,
    );
    return microUsdc(row?.sum ?? 0n);
  });
