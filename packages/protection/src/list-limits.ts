import { reachable, type Deps } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { limitsOf, type SpendingLimit } from "./spending-limit.ts";

/**
 * The limits a player has set, deposit limits first (UKGC RTS 12B: with no less prominence than others), and what is used
 * of each in the period that is running.
 * @throws DomainError USER_NOT_FOUND
 */
export const listLimits = async (
  deps: Pick<Deps, "database">,
  input: { readonly userId: string },
): Promise<readonly SpendingLimit[]> => {
  const { id } = await getPlayer(deps, input);
  return reachable(deps.database.url, () => limitsOf(deps.database.orm, id));
};
