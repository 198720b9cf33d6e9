import type { By } from "@closebell/context";
import { transact, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";

/** Bets refunded in one transaction. */
const BATCH = 1_000;

interface Piece extends Record<string, unknown> {
  readonly late: number;
  readonly refunded: number;
  readonly last: string;
}

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
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const piece = await transact(deps, async (work) => {
      const [row] = await work.tx.execute<Piece>(sql`
        select late, refunded, last from rounds.refund_past_post(${input.roundId}::int, ${after}::uuid, ${BATCH}::int,
          ${input.by.actor.id}::uuid, ${input.by.requestId}::uuid)`);
      return row;
    });
    if (piece === undefined) return total;
    total += BigInt(piece.refunded);
    if (piece.late < BATCH) return total;
    after = piece.last;
  }
};
