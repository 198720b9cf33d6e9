import type { Work } from "@closebell/database";
import { openCustodyAccount } from "@closebell/ledger";
import { eq } from "drizzle-orm";
import { chains } from "./tables.ts";

/** Makes the row of a chain and its account `custody/<name>` on first use. */
export const ensureChain = async (work: Work, name: string): Promise<void> => {
  const known = await work.tx
    .select({ name: chains.name })
    .from(chains)
    .where(eq(chains.name, name));
  if (known.length > 0) return;
  await openCustodyAccount(work, name);
  await work.tx.insert(chains).values({ name, nextIndex: 0 }).onConflictDoNothing();
};
