import type { By } from "@closebell/context";
import { transact, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";

/** Bets refunded in one transaction. */
const BATCH = 500;

/**
 * Gives back, one by one, the stakes of bets that were taken at or after the true lock, which an early close moved to
 * before them. Must be done before pools and outcome are fixed; doing it again refunds nothing twice.
 * @returns how many bets were refunded
 */
export const refundPastPost = async (
  deps: Deps,
  input: { readonly by: By; readonly roundId: number },
): Promise<bigint> => {
  let total = 0n;
  for (;;) {
    const refunded = await transact(deps, async (work) => {
      const [row] = await work.tx.execute<{ refunded: bigint }>(sql`
        select rounds.refund_past_post(${input.roundId}::int, ${BATCH}::int,
          ${input.by.actor.id}::uuid, ${input.by.requestId}::uuid) as refunded`);
      return row?.refunded ?? 0n;
    });
    total += refunded;
    if (refunded < BATCH) return total;
  }
};
