import { transact } from "@closebell/database";
import { eq } from "drizzle-orm";
import type { ChainPass } from "./chain-pass.ts";
import { moveWithdrawal, noteWithdrawal } from "./move-withdrawal.ts";
import { withdrawals } from "./tables.ts";
import { lockWithdrawal, type Withdrawal } from "./withdrawal.ts";

/** The chain answers the same `tx` for the same withdrawal, so it doesn't matter who of several writes it down. */
const recordSent = ({ deps, by }: ChainPass, id: string, tx: string): Promise<boolean> =>
  transact(deps, async (work) => {
    const withdrawal = await lockWithdrawal(work, id);
    if (withdrawal?.state === "APPROVED") {
      await moveWithdrawal(work, { by, withdrawal, to: "BROADCAST", detail: tx, tx });
      return true;
    }
    if (withdrawal?.state === "BROADCAST" && withdrawal.tx !== tx) {
      const detail = `sent again as ${tx}`;
      await work.tx.update(withdrawals).set({ tx }).where(eq(withdrawals.id, id));
      const at = await work.now();
      await noteWithdrawal(work, { by, withdrawal: id, state: "BROADCAST", at, detail });
    }
    return false;
  });

/**
 * Has the chain pay a withdrawal and writes down by which transaction. Between the two a crash is harmless: asked again,
 * the chain pays nothing more and answers the same.
 * @returns whether this made it BROADCAST
 */
export const sendPayment = async (pass: ChainPass, withdrawal: Withdrawal): Promise<boolean> => {
  const { id, to, amountMicroUsdc } = withdrawal;
  const { tx } = await pass.chain.send({ withdrawalId: id, to, amount: amountMicroUsdc });
  const moved = await recordSent(pass, id, tx);
  if (moved) {
    const fields = { withdrawalId: id, chain: pass.chain.name, tx };
    pass.deps.log.info(
      { ...fields, amountMicroUsdc: amountMicroUsdc.toString() },
      "withdrawal sent",
    );
  }
  return moved;
};
