import type { Executor } from "@closebell/database";
import { eq } from "drizzle-orm";
import { ChainError, type Chain } from "./chain.ts";
import { chains } from "./tables.ts";

/**
 * Compares what a chain is with what its name stands for in the books, if that is known yet. Answers whether the chain has
 * its row.
 * @throws ChainError "wrong-chain" where they differ
 */
export const judgeAsset = async (
  on: Executor,
  { name, asset }: Pick<Chain, "name" | "asset">,
): Promise<boolean> => {
  const [known] = await on
    .select({ asset: chains.asset })
    .from(chains)
    .where(eq(chains.name, name));
  const kept = known?.asset ?? asset;
  if (kept === asset) return known !== undefined;
  throw new ChainError("wrong-chain", `The books of ${name} are of ${kept}, not of ${asset}.`);
};
