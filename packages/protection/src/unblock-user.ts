import type { By } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { sql } from "drizzle-orm";
import { reasonOf } from "./block-user.ts";
import { unlessAccountBusy } from "./unless-account-busy.ts";
import { protectionOf, type Protection } from "./protection-of.ts";

/**
 * Lifts the block of a player, for the reason in `by`, and nothing else: what he imposed on himself stands. Without a block
 * it changes nothing.
 * @throws DomainError USER_NOT_FOUND, VALIDATION_FAILED without a reason, OVERLOADED
 */
export const unblockUser = async (
  deps: Deps,
  input: { readonly by: By; readonly userId: string },
): Promise<Protection> => {
  const { by } = input;
  reasonOf(by);
  const { id } = await getPlayer(deps, input);
  await unlessAccountBusy(() =>
    transact(deps, async (work) => {
      const [row] = await work.tx.execute<{ lifted: boolean }>(
        sql`select protection.lift(${id}::uuid, 'block', ${by.actor.id}::uuid) as lifted`,
      );
      if (row?.lifted !== true) return;
      await recordAudit(work, { by, action: "user.unblock", subject: `user/${id}` });
    }),
  );
  return protectionOf(deps, { userId: id });
};
