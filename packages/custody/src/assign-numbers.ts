import { transact, type Work } from "@closebell/database";
import { and, eq, isNull } from "drizzle-orm";
import { assignPayment, holdSender, outgoing, type Assigned } from "./assign-payment.ts";
import type { ChainPass } from "./chain-pass.ts";
import { BATCH, claimWithdrawal, realNow, releaseWithdrawal } from "./claim-withdrawal.ts";
import { isPaused, needKey, pauseForForeign, readHotWallet, shortOf } from "./hot-wallet.ts";
import type { HotWallet } from "./hot-wallet.ts";
import { letWithdrawalWait } from "./let-wait.ts";
import { moveWithdrawal } from "./move-withdrawal.ts";
import { payments } from "./tables.ts";
import type { PaymentOrder } from "./chain-sender.ts";
import { whyNotPayable } from "./why-not-payable.ts";
import { lockWithdrawal, type Withdrawal } from "./withdrawal.ts";

/** What `plan` came to, in a transaction of its own. */
type Planned = Assigned | "waits" | "gone" | "review";

const orderOf = ({ to, amountMicroUsdc: amount }: Withdrawal): PaymentOrder => ({
  kind: "usdc",
  to,
  amount,
});

/** Lets it wait, in a transaction of its own, unless it has gone on. */
const wait = (pass: ChainPass, id: string, why: string): Promise<Planned> =>
  transact(pass.deps, async (work) => {
    const withdrawal = await lockWithdrawal(work, id);
    if (withdrawal?.state !== "APPROVED") return "gone";
    await letWithdrawalWait(work, pass, withdrawal, why);
    return "waits";
  });

/** The chain would undo the payment: nothing is signed, a person has to decide. One that has its number by now goes its way. */
const toReview = (pass: ChainPass, id: string, why: string): Promise<Planned> =>
  transact(pass.deps, async (work) => {
    const withdrawal = await lockWithdrawal(work, id);
    if (withdrawal?.state !== "APPROVED") return "gone";
    const numbered = await work.tx
      .select({ id: payments.id })
      .from(payments)
      .where(and(eq(payments.withdrawal, id), isNull(payments.outcome)));
    if (numbered.length > 0) return "gone";
    const detail = `the chain would undo the payment: ${why}`;
    const step = { by: pass.by, withdrawal, to: "NEEDS_REVIEW", detail } as const;
    await moveWithdrawal(work, { ...step, waitingFor: detail });
    pass.progress.review += 1;
    pass.deps.log.warn({ withdrawalId: id, why }, "withdrawal needs review");
    return "review";
  });

/** What the hot wallet has for payments that are not begun yet. */
const freeOf = async (
  work: Work,
  { chain }: ChainPass,
  { address: sender, at, balance }: HotWallet,
): Promise<bigint> => balance - (await outgoing(work, { chain: chain.name, sender, at }));

/** The transaction in which a withdrawal's payment gets its number, and nothing else happens. */
const number = (
  pass: ChainPass,
  wallet: HotWallet,
  { id }: Withdrawal,
  gas: bigint,
): Promise<Planned> =>
  transact(pass.deps, async (work) => {
    const withdrawal = await lockWithdrawal(work, id);
    if (withdrawal?.state !== "APPROVED") return "gone";
    const forbidden = await whyNotPayable(work, withdrawal.userId);
    if (forbidden !== undefined) {
      await letWithdrawalWait(work, pass, withdrawal, forbidden);
      return "waits";
    }
    const { address: sender, at, latest } = wallet;
    if (!(await holdSender(work, pass, { sender, latest }))) return "paused";
    const free = await freeOf(work, pass, wallet);
    if (free < withdrawal.amountMicroUsdc) {
      await letWithdrawalWait(work, pass, withdrawal, shortOf(wallet, free));
      return "waits";
    }
    const order = orderOf(withdrawal);
    const payment = { purpose: "withdrawal", withdrawal: id, order, gas, since: at } as const;
    return assignPayment(work, pass, { sender, latest, ...payment });
  });

const plan = async (
  pass: ChainPass,
  wallet: HotWallet,
  withdrawal: Withdrawal,
): Promise<Planned> => {
  const { id, amountMicroUsdc } = withdrawal;
  if (wallet.tooDear !== undefined) return wait(pass, id, wallet.tooDear);
  // before the chain is asked: what is paid out meanwhile would look like a payment that it undoes
  const free = await transact(pass.deps, (work) => freeOf(work, pass, wallet));
  if (free < amountMicroUsdc) return wait(pass, id, shortOf(wallet, free));
  const estimate = await pass.chain.estimate(wallet.address, orderOf(withdrawal));
  if (estimate.kind === "reverts") return toReview(pass, id, estimate.reason);
  return number(pass, wallet, withdrawal, estimate.gas);
};

/**
 * Gives each approved withdrawal a number of the hot wallet: where its payment is sure to be covered, and the chain says
 * that it would not undo it.
 */
export const assignNumbers = async (pass: ChainPass): Promise<void> => {
  if (await isPaused(pass)) return;
  const dueBy = await realNow(pass.deps);
  let wallet: HotWallet | undefined;
  for (let taken = 0; taken < BATCH; taken += 1) {
    const withdrawal = await claimWithdrawal(pass, dueBy);
    if (withdrawal === undefined) return;
    try {
      needKey(pass);
      wallet ??= await readHotWallet(pass);
      if (wallet === undefined) return;
      const planned = await plan(pass, wallet, withdrawal);
      if (planned === "paused") return;
      if (planned === "foreign")
        return await pauseForForeign(pass, wallet.address, wallet.latest - 1);
    } finally {
      await releaseWithdrawal(pass, withdrawal.id);
    }
  }
};
