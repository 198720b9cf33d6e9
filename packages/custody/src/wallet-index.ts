import type { Executor } from "@closebell/database";
import { and, eq } from "drizzle-orm";
import { wallets } from "./tables.ts";

/** Which of a chain's deposit addresses this is; undefined where it is none. */
export const walletIndex = async (
  on: Executor,
  chain: string,
  address: string,
): Promise<number | undefined> => {
  const [wallet] = await on
    .select({ index: wallets.index })
    .from(wallets)
    .where(and(eq(wallets.chain, chain), eq(wallets.address, address)));
  return wallet?.index;
};
