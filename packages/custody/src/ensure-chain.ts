import type { Work } from "@closebell/database";
import { openCustodyAccount } from "@closebell/ledger";
import type { Chain } from "./chain.ts";
import { judgeAsset } from "./judge-asset.ts";
import { chains } from "./tables.ts";

/**
 * Makes the row of a chain and its account `custody/<name>` on first use.
 * @throws ChainError "wrong-chain" where the name stands for something else in the books
 */
export const ensureChain = async (work: Work, chain: Chain): Promise<void> => {
  const { name, simulated } = chain;
  if (await judgeAsset(work.tx, chain)) return;
  await openCustodyAccount(work, name);
  await work.tx.insert(chains).values({ name, simulated, nextIndex: 0 }).onConflictDoNothing();
};
