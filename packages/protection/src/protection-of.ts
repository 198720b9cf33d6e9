import { reachable, type Deps } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { restrictionsOf, type Restriction } from "./restriction.ts";
import { limitsOf, type SpendingLimit } from "./spending-limit.ts";

/** How a player is protected now. */
export interface Protection {
  readonly userId: string;
  readonly limits: readonly SpendingLimit[];
  /** Those in force: while there is one, bets are refused and deposits are held. */
  readonly restrictions: readonly Restriction[];
}

/**
 * A player's limits, with what is used of them, and the restrictions in force.
 * @throws DomainError USER_NOT_FOUND
 */
export const protectionOf = async (
  deps: Pick<Deps, "database">,
  input: { readonly userId: string },
): Promise<Protection> => {
  const { id } = await getPlayer(deps, input);
  const { orm, url } = deps.database;
  return reachable(url, async () => ({
    userId: id,
    limits: await limitsOf(orm, id),
    restrictions: await restrictionsOf(orm, id),
  }));
};
