import { reachable, type Deps } from "@closebell/database";
import { getUser } from "@closebell/identity";
import { asc, eq } from "drizzle-orm";
import { wallets } from "./tables.ts";
import { walletColumns, type Wallet } from "./wallet.ts";

/**
 * The user's wallets, by name of chain.
 * @throws DomainError USER_NOT_FOUND
 */
export const getWallets = async (
  deps: Pick<Deps, "database">,
  input: { readonly userId: string },
): Promise<readonly Wallet[]> => {
  const { database } = deps;
  const { id } = await getUser(deps, input);
  return reachable(database.url, () =>
    database.orm
      .select(walletColumns)
      .from(wallets)
      .where(eq(wallets.userId, id))
      .orderBy(asc(wallets.chain)),
  );
};
