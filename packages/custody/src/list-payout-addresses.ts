import { reachable, type Deps } from "@closebell/database";
import { getUser } from "@closebell/identity";
import { and, asc, eq, isNull } from "drizzle-orm";
import { payoutAddressColumns, type PayoutAddress } from "./payout-address.ts";
import { payoutAddresses } from "./tables.ts";

/**
 * The addresses a user has saved and not removed, oldest first.
 * @throws DomainError USER_NOT_FOUND
 */
export const listPayoutAddresses = async (
  deps: Pick<Deps, "database">,
  input: { readonly userId: string },
): Promise<readonly PayoutAddress[]> => {
  const { database } = deps;
  const { id } = await getUser(deps, input);
  return reachable(database.url, () =>
    database.orm
      .select(payoutAddressColumns)
      .from(payoutAddresses)
      .where(and(eq(payoutAddresses.userId, id), isNull(payoutAddresses.removedAt)))
      .orderBy(asc(payoutAddresses.id)),
  );
};
