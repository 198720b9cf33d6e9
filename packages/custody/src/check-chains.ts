import { reachable, type Deps } from "@closebell/database";
import type { Chain } from "./chain.ts";
import { judgeAsset } from "./judge-asset.ts";

/**
 * Makes sure, before a process does anything, that each chain is the one whose books the database keeps under its name.
 * One that was never read may be any.
 * @throws ChainError "wrong-chain"
 */
export const checkChains = async (
  { database }: Pick<Deps, "database">,
  chains: readonly Chain[],
): Promise<void> => {
  for (const chain of chains) {
    await reachable(database.url, () => judgeAsset(database.orm, chain));
  }
};
