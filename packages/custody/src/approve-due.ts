import { transact } from "@closebell/database";
import { and, asc, eq } from "drizzle-orm";
import { BATCH } from "./claim-withdrawal.ts";
import type { ChainPass } from "./chain-pass.ts";
import { moveWithdrawal } from "./move-withdrawal.ts";
import { withdrawals } from "./tables.ts";
import { withdrawalColumns } from "./withdrawal.ts";

/** Approves what is requested. Every withdrawal is approved for now; a rule for larger ones belongs here. */
export const approveDue = async (pass: ChainPass): Promise<void> => {
  const { deps, by, chain, progress } = pass;
  progress.approved += await transact(deps, async (work) => {
    const requested = await work.tx
      .select(withdrawalColumns)
      .from(withdrawals)
      .where(and(eq(withdrawals.chain, chain.name), eq(withdrawals.state, "REQUESTED")))
      .orderBy(asc(withdrawals.id))
      .limit(BATCH)
      .for("update", { skipLocked: true });
    for (const withdrawal of requested) {
      await moveWithdrawal(work, { by, withdrawal, to: "APPROVED", detail: "automatic" });
    }
    return requested.length;
  });
};
