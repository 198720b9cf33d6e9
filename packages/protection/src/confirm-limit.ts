import { DomainError } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { sql } from "drizzle-orm";
import type { SetLimit } from "./set-limit.ts";
import { limitsOf, type SpendingLimit } from "./spending-limit.ts";
import { unlessAccountBusy } from "./unless-account-busy.ts";

/**
 * Puts a looser limit in force that waits for its player's word: after its 24 hours, before it lapses, and of the amount that
 * was asked for (UKGC RTS 12D: an increase takes a request, 24 hours at least and, after them, a positive action that
 * confirms it). Returns all of the player's limits.
 * @throws DomainError USER_NOT_FOUND, NOTHING_TO_CONFIRM, OVERLOADED (his account is busy: ask again)
 */
export const confirmLimit = async (
  deps: Deps,
  input: SetLimit,
): Promise<readonly SpendingLimit[]> => {
  const { by, kind, period, amount } = input;
  const { id } = await getPlayer(deps, input);
  return unlessAccountBusy(() =>
    transact(deps, async (work) => {
      const [row] = await work.tx.execute<{ confirmed: boolean; before: bigint | null }>(sql`
        select c.confirmed, c.before
        from protection.confirm_limit(${id}::uuid, ${kind}, ${period}, ${amount}::bigint, ${by.actor.id}::uuid) c`);
      if (row?.confirmed !== true) {
        throw new DomainError(
          "NOTHING_TO_CONFIRM",
          "No looser limit of that amount waits for a word now. GET /users/{userId}/protection says what does (`pending`), and from when until when.",
        );
      }
      await recordAudit(work, {
        by,
        action: "limit.confirm",
        subject: `user/${id}`,
        before: { kind, period, amountMicroUsdc: row.before },
        after: { kind, period, amountMicroUsdc: amount },
      });
      return limitsOf(work.tx, id);
    }),
  );
};
