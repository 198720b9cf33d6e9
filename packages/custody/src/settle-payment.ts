import { transact, type Work } from "@closebell/database";
import { eq, sql } from "drizzle-orm";
import type { ChainPass } from "./chain-pass.ts";
import type { Receipt } from "./chain-sender.ts";
import { lockPaid, type LockedPayment } from "./lock-paid.ts";
import { moveWithdrawal, noteWithdrawal } from "./move-withdrawal.ts";
import type { Attempt, Payment } from "./payment.ts";
import type { PaymentOutcome } from "./payment-state.ts";
import { payments, withdrawals } from "./tables.ts";
import type { Withdrawal } from "./withdrawal.ts";

/** Which of what was signed stands in which block, and whether it did what it should. */
export interface Found {
  readonly attempt: Attempt;
  readonly receipt: Receipt;
}

const noteMined = async (
  work: Work,
  { by }: ChainPass,
  withdrawal: Withdrawal,
  { attempt: { hash: tx }, receipt: { block } }: Found,
): Promise<void> => {
  const detail = `${tx} in block ${block.number} (${block.hash})`;
  if (withdrawal.state === "BROADCAST") {
    await moveWithdrawal(work, { by, withdrawal, to: "MINED", detail, tx });
    return;
  }
  const { id, state } = withdrawal;
  await work.tx.update(withdrawals).set({ tx }).where(eq(withdrawals.id, id));
  await noteWithdrawal(work, { by, withdrawal: id, state, at: await work.now(), detail });
};

/** Writes down that one of a payment's transactions stands in a block, the same as before or another. */
export const markMined = (pass: ChainPass, known: Payment, found: Found): Promise<boolean> =>
  transact(pass.deps, async (work) => {
    const { payment, withdrawal } = await lockPaid(work, known);
    if (payment.state !== "BROADCAST" && payment.state !== "MINED") return false;
    const { number, hash } = found.receipt.block;
    if (payment.state === "MINED" && payment.block?.hash === hash) return true;
    await work.tx
      .update(payments)
      .set({ state: "MINED", blockNumber: number, blockHash: hash, lostAt: null, waitingFor: null })
      .where(eq(payments.id, payment.id));
    if (withdrawal !== undefined) await noteMined(work, pass, withdrawal, found);
    return true;
  });

/** Writes down that the block it stood in has vanished, unless it stands in another by now. */
export const markVanished = (pass: ChainPass, known: Payment): Promise<void> =>
  transact(pass.deps, async (work) => {
    const { payment, withdrawal } = await lockPaid(work, known);
    if (payment.state !== "MINED" || payment.block?.hash !== known.block?.hash) return;
    await work.tx
      .update(payments)
      .set({ state: "BROADCAST", blockNumber: null, blockHash: null })
      .where(eq(payments.id, payment.id));
    const fields = { paymentId: payment.id, block: payment.block };
    pass.deps.log.warn(fields, "the block of a payment has vanished");
    if (withdrawal?.state !== "MINED") return;
    const detail = `block ${payment.block?.number} (${payment.block?.hash}) has vanished`;
    await moveWithdrawal(work, { by: pass.by, withdrawal, to: "BROADCAST", detail });
  });

/** Notes that a payment's number is another's, since the first time this was told, or that it is not. */
export const markLost = (pass: ChainPass, { id }: Payment, lost: boolean): Promise<void> =>
  transact(pass.deps, async (work) => {
    const since = sql`coalesce(${payments.lostAt}, clock_timestamp())`;
    await work.tx
      .update(payments)
      .set({ lostAt: lost ? since : null })
      .where(eq(payments.id, id));
  });

const ENDS = {
  SUCCEEDED: { to: "CONFIRMED", detail: "paid for good" },
  REVERTED: { to: "NEEDS_REVIEW", detail: "the chain has undone the payment" },
  REPLACED: { to: "FAILED", detail: "its number was used by another transaction for good" },
} as const;

/** How a payment ended. */
export interface PaymentEnd {
  readonly outcome: PaymentOutcome;
  /** A transaction that was not made here and that paid as much to the same payee, where its number was another's. */
  readonly paidBy?: string | undefined;
}

const stepOf = ({ outcome, paidBy }: PaymentEnd) => {
  if (paidBy === undefined) return ENDS[outcome];
  const detail = `its number was used by another transaction for good, and ${paidBy}, not known here, paid as much to the same address`;
  return { to: "NEEDS_REVIEW", detail } as const;
};

const endWithdrawal = async (
  work: Work,
  pass: ChainPass,
  withdrawal: Withdrawal,
  end: PaymentEnd,
): Promise<void> => {
  const { to, detail } = stepOf(end);
  const step = { by: pass.by, withdrawal, to, detail };
  await moveWithdrawal(
    work,
    to === "NEEDS_REVIEW"
      ? { ...step, waitingFor: `${detail}: see why, then retry or refund` }
      : step,
  );
};

const isAsKnown = ({ payment }: LockedPayment, known: Payment, outcome: PaymentOutcome): boolean =>
  outcome === "REPLACED"
    ? payment.state === "BROADCAST"
    : payment.state === "MINED" && payment.block?.hash === known.block?.hash;

/**
 * Ends a payment for good, and its withdrawal with it: paid, to be reviewed, or failed. `known` says in which block it
 * was found final; where it stands in another by now, nothing is done.
 */
export const endPayment = async (
  pass: ChainPass,
  known: Payment,
  end: PaymentEnd,
): Promise<boolean> => {
  const { outcome } = end;
  const ended = await transact(pass.deps, async (work) => {
    const locked = await lockPaid(work, known);
    if (!isAsKnown(locked, known, outcome)) return false;
    await work.tx
      .update(payments)
      .set({ state: "DONE", outcome, doneAt: await work.now(), waitingFor: null })
      .where(eq(payments.id, known.id));
    if (locked.withdrawal !== undefined) await endWithdrawal(work, pass, locked.withdrawal, end);
    return true;
  });
  if (ended) report(pass, known, end);
  return ended;
};

const report = ({ deps, progress }: ChainPass, known: Payment, end: PaymentEnd): void => {
  const { outcome, paidBy } = end;
  const { purpose, withdrawal, chain, sender, nonce, subject, amountMicroUsdc } = known;
  const amount = amountMicroUsdc.toString();
  const what = { purpose, withdrawalId: withdrawal, chain, sender, nonce, subject };
  const fields = { ...what, amountMicroUsdc: amount, outcome, paidBy };
  if (outcome === "SUCCEEDED") deps.log.info(fields, "payment is final");
  else deps.log.error(fields, "payment has ended without doing what it should");
  if (withdrawal === null) return;
  const { to } = stepOf(end);
  if (to === "CONFIRMED") progress.confirmed += 1;
  if (to === "NEEDS_REVIEW") progress.review += 1;
  if (to === "FAILED") progress.failed += 1;
};
