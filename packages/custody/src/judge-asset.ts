import type { Executor } from "@closebell/database";
import { eq } from "drizzle-orm";
import { ChainError, type Chain } from "./chain.ts";
import { chains } from "./tables.ts";

/**
 * Compares what a chain is, and whether its money is real, with what its name stands for in the books, if that is known yet. Answers whether the chain has
 * its row.
 * @throws ChainError "wrong-chain" where they differ
 */
export const judgeAsset = async (
  on: Executor,
  { name, asset, simulated }: Pick<Chain, "name" | "asset" | "simulated">,
): Promise<boolean> => {
  const [known] = await on
    .select({ asset: chains.asset, simulated: chains.simulated })
    .from(chains)
    .where(eq(chains.name, name));
  const kept = known?.asset ?? asset;
  if (kept !== asset) {
    throw new ChainError("wrong-chain", `The books of ${name} are of ${kept}, not of ${asset}.`);
  }
  if (known === undefined || known.simulated === simulated) return known !== undefined;
  const kinds = known.simulated ? "simulated, not of real" : "real, not of simulated";
  throw new ChainError("wrong-chain", `The books of ${name} are of ${kinds} money.`);
};
