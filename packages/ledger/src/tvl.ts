import { snapshot, type Deps } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

/** Total value locked: what is held in custody less what is the house's own, so what users and rounds own. */
export const tvl = (deps: Pick<Deps, "database">): Promise<MicroUsdc> =>
  snapshot(deps, async (tx) => {
    const [row] = await tx.execute<{ tvl: bigint }>(sql`
      select (-coalesce(sum(balance), 0))::bigint as tvl
      from ledger.account where lock_rank >= 3`);
    return microUsdc(row?.tvl ?? 0n);
  });
