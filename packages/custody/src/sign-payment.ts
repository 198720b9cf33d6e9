import { DomainError } from "@closebell/context";
import { transact, type Work } from "@closebell/database";
import { eq, sql } from "drizzle-orm";
import { reportProblem, type ChainPass } from "./chain-pass.ts";
import type { ChainSender, Fees, SignedTransaction } from "./chain-sender.ts";
import { giveUpOrder, giveUpPayment } from "./give-up-payment.ts";
import { affordableFees, tooDear } from "./gas-price.ts";
import { isOwnOrder } from "./is-own-order.ts";
import { letPaymentWait, letWithdrawalWait } from "./let-wait.ts";
import { lockPaid } from "./lock-paid.ts";
import { moveWithdrawal, noteWithdrawal } from "./move-withdrawal.ts";
import { attemptsOf, type Attempt, type Payment } from "./payment.ts";
import { raiseFees } from "./raise-fees.ts";
import { paymentAttempts, payments, withdrawals } from "./tables.ts";
import { walletIndex } from "./wallet-index.ts";
import { whyNotPayable } from "./why-not-payable.ts";
import { lockSwitch } from "./withdrawal-switch.ts";
import type { Withdrawal } from "./withdrawal.ts";

/**
 * Who signs for a payment.
 * @throws DomainError SIGNING_KEY_MISSING
 */
const signerOf = async ({ chain, deps }: ChainPass, sender: string): Promise<ChainSender> => {
  const index =
    sender === chain.hotWallet
      ? undefined
      : await transact(deps, (work) => walletIndex(work.tx, chain.name, sender));
  const signer = index === undefined ? chain.sender : chain.depositSender(index);
  if (signer?.address === sender) return signer;
  throw new DomainError(
    "SIGNING_KEY_MISSING",
    `Payments of ${chain.name} wait: this process holds no key of ${sender}.`,
  );
};

const feesFor = async (pass: ChainPass, last: Attempt | undefined): Promise<Fees | string> => {
  if (last === undefined) return affordableFees(pass);
  const { maxFeePerGas: limit } = pass.deps.policy;
  const now = await pass.chain.fees();
  const asked = now.maxFeePerGas > limit ? now.maxFeePerGas : last.fees.maxFeePerGas;
  return raiseFees(last.fees, now, limit) ?? tooDear(asked, limit);
};

const noteSigned = async (
  work: Work,
  { by }: ChainPass,
  withdrawal: Withdrawal,
  hash: string,
): Promise<void> => {
  if (withdrawal.state === "APPROVED") {
    await moveWithdrawal(work, { by, withdrawal, to: "SIGNED", detail: hash, tx: hash });
    return;
  }
  const { id, state } = withdrawal;
  const more = { tx: hash, attempts: sql`${withdrawals.attempts} + 1`, waitingFor: null };
  await work.tx.update(withdrawals).set(more).where(eq(withdrawals.id, id));
  const detail = `signed again with higher fees as ${hash}`;
  await noteWithdrawal(work, { by, withdrawal: id, state, at: await work.now(), detail });
};

/** Whether its user may not be paid any more: then the withdrawal waits without a payment. */
const isForbidden = async (
  work: Work,
  pass: ChainPass,
  withdrawal: Withdrawal | undefined,
): Promise<boolean> => {
  if (withdrawal === undefined) return false;
  const why = await whyNotPayable(work, withdrawal.userId);
  if (why === undefined) return false;
  await giveUpPayment(work, withdrawal.id);
  await letWithdrawalWait(work, pass, withdrawal, why);
  return true;
};

/** Keeps signed bytes, before anybody else gets them. Undefined where they are no longer wanted: they are thrown away. */
const keep = (
  pass: ChainPass,
  known: Payment,
  signed: SignedTransaction & { readonly fees: Fees; readonly n: number },
): Promise<Attempt | undefined> =>
  transact(pass.deps, async (work) => {
    const { payment, withdrawal } = await lockPaid(work, known);
    const { state, purpose } = payment;
    const attempts = await attemptsOf(work.tx, payment.id);
    const stale = attempts.length + 1 !== signed.n || purpose !== known.purpose;
    if (stale || state === "MINED" || state === "DONE") return undefined;
    const { chain } = pass;
    if ((await lockSwitch(work, chain.name, "share")).pausedAt !== null) return undefined;
    if (state === "ASSIGNED" && (await isForbidden(work, pass, withdrawal))) return undefined;
    await work.tx.insert(paymentAttempts).values({
      payment: payment.id,
      n: signed.n,
      hash: signed.hash,
      raw: signed.raw,
      maxFeePerGas: signed.fees.maxFeePerGas.toString(),
      maxPriorityFeePerGas: signed.fees.maxPriorityFeePerGas.toString(),
    });
    await work.tx
      .update(payments)
      .set({ waitingFor: null, ...(state === "ASSIGNED" ? { state: "SIGNED" as const } : {}) })
      .where(eq(payments.id, payment.id));
    if (withdrawal !== undefined) await noteSigned(work, pass, withdrawal, signed.hash);
    return (await attemptsOf(work.tx, payment.id)).at(-1);
  });

/**
 * Gives up a payment that nobody here ordered: nothing is paid under its number. One that has left can't be taken back, but
 * gets no dearer.
 */
const refuseOrder = async (pass: ChainPass, { id, purpose }: Payment): Promise<void> => {
  const given = await transact(pass.deps, (work) => giveUpOrder(work, id));
  const done = given ? "It was given up" : "It has left, and is not signed again";
  const message = `The payment ${id} (${purpose}) goes to no wallet of this configuration. ${done}: unless the wallets were changed meanwhile, see who has the database.`;
  reportProblem(pass, "broadcast", new Error(message));
};

/**
 * Signs a payment, or signs it again with higher fees after `last`, and keeps the bytes. Undefined where it has to wait, or
 * where another process was faster.
 * @throws DomainError SIGNING_KEY_MISSING
 */
export const signPayment = async (
  pass: ChainPass,
  payment: Payment,
  last: Attempt | undefined,
): Promise<Attempt | undefined> => {
  if (!(await isOwnOrder(pass, payment))) {
    await refuseOrder(pass, payment);
    return undefined;
  }
  const signer = await signerOf(pass, payment.sender);
  const fees = await feesFor(pass, last);
  if (typeof fees === "string") {
    await letPaymentWait(pass, payment, fees);
    return undefined;
  }
  const { order, nonce, gas } = payment;
  const signed = await signer.sign({ order, nonce, gas, fees });
  return keep(pass, payment, { ...signed, fees, n: (last?.n ?? 0) + 1 });
};
