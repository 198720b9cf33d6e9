import { transact } from "@closebell/database";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { ChainPass } from "./chain-pass.ts";
import { affordableFees } from "./gas-price.ts";
import { isPaused } from "./hot-wallet.ts";
import { letPaymentWait } from "./let-wait.ts";
import { lockPaid } from "./lock-paid.ts";
import { moveWithdrawal } from "./move-withdrawal.ts";
import type { Attempt, Payment } from "./payment.ts";
import { signPayment } from "./sign-payment.ts";
import { paymentAttempts, payments, withdrawals } from "./tables.ts";

/** Writes down that a node has the bytes, or that their number is mined. Everything that is known is the outcome's to say. */
const recordSent = (pass: ChainPass, known: Payment, { n, hash }: Attempt): Promise<boolean> =>
  transact(pass.deps, async (work) => {
    const { payment, withdrawal } = await lockPaid(work, known);
    const { id, state } = payment;
    if (state === "MINED" || state === "DONE") return false;
    await work.tx
      .update(paymentAttempts)
      .set({ broadcastAt: sql`clock_timestamp()` })
      .where(
        and(
          eq(paymentAttempts.payment, id),
          eq(paymentAttempts.n, n),
          isNull(paymentAttempts.broadcastAt),
        ),
      );
    await work.tx
      .update(payments)
      .set({ state: "BROADCAST", sentAt: sql`clock_timestamp()`, waitingFor: null })
      .where(eq(payments.id, id));
    if (withdrawal === undefined) return false;
    if (withdrawal.state !== "SIGNED") {
      const { waitingFor } = withdrawal;
      if (waitingFor === null) return false;
      const cleared = { waitingFor: null };
      await work.tx.update(withdrawals).set(cleared).where(eq(withdrawals.id, withdrawal.id));
      return false;
    }
    const { by } = pass;
    await moveWithdrawal(work, { by, withdrawal, to: "BROADCAST", detail: hash, tx: hash });
    return true;
  });

const noteSent = async (pass: ChainPass, payment: Payment, attempt: Attempt): Promise<void> => {
  if (!(await recordSent(pass, payment, attempt))) return;
  pass.progress.broadcast += 1;
  const { withdrawal, amountMicroUsdc, nonce } = payment;
  const amount = amountMicroUsdc.toString();
  const fields = { withdrawalId: withdrawal, chain: pass.chain.name, tx: attempt.hash, nonce };
  pass.deps.log.info({ ...fields, amountMicroUsdc: amount }, "withdrawal sent");
};

/** Whether gas has become dearer since it was signed, but not too dear. */
const isOutpriced = async (pass: ChainPass, attempt: Attempt): Promise<boolean> => {
  const fees = await affordableFees(pass);
  return typeof fees !== "string" && fees.maxFeePerGas > attempt.fees.maxFeePerGas;
};

/**
 * Hands in bytes that a node took before newer ones were signed: it may have forgotten them while it refuses those. Whatever
 * else it says is no news.
 */
export const sendAgain = async (
  pass: ChainPass,
  payment: Payment,
  attempt: Attempt,
): Promise<void> => {
  const taken = await pass.chain.broadcast(attempt.raw);
  if (taken.kind === "accepted") await noteSent(pass, payment, attempt);
};

/**
 * Hands kept bytes to the chain, however often. That a node knows them already is as good as that it takes them; that their
 * number is mined already only means that the outcome has to be looked for.
 */
export const sendAttempt = async (
  pass: ChainPass,
  payment: Payment,
  attempt: Attempt,
): Promise<void> => {
  if (await isPaused(pass)) return;
  const taken = await pass.chain.broadcast(attempt.raw);
  switch (taken.kind) {
    case "accepted":
    case "nonce-used":
      return noteSent(pass, payment, attempt);
    case "refused":
      await letPaymentWait(pass, payment, `the chain does not take it: ${taken.reason}`);
      if (await isOutpriced(pass, attempt)) await signPayment(pass, payment, attempt);
      return;
    case "underpriced":
      // Whatever waits there under this number was signed for the same payment; a better paid one takes its place.
      await signPayment(pass, payment, attempt);
  }
};
