import { reachable, transact } from "@closebell/database";
import { and, eq, isNull, lt } from "drizzle-orm";
import type { BlockRef } from "./block-ref.ts";
import { ChainError } from "./chain.ts";
import type { ChainPass } from "./chain-pass.ts";
import { eachPayment } from "./claim-payment.ts";
import { realNow } from "./claim-withdrawal.ts";
import { fillGaps } from "./fill-gaps.ts";
import { isPaused, pauseForForeign } from "./hot-wallet.ts";
import { attemptsOf, type Attempt, type Payment } from "./payment.ts";
import { sendAgain, sendAttempt } from "./send-payment.ts";
import { findPaid } from "./find-paid.ts";
import { endPayment, markLost, markMined, markVanished, type Found } from "./settle-payment.ts";
import { signPayment } from "./sign-payment.ts";
import { payments } from "./tables.ts";

/** Real seconds after which the same bytes are handed in again: a node may have forgotten them. */
const SEND_AGAIN_SECONDS = 30;

/** Real seconds for which a number has to be another's before that is believed: nodes do not all know the same at once. */
const LOST_SECONDS = 60;

/** What is asked once in a step. */
interface View {
  readonly now: Temporal.Instant;
  readonly final: BlockRef;
  nonces(sender: string): ReturnType<ChainPass["chain"]["nonces"]>;
}

const viewOf = async (pass: ChainPass): Promise<View> => {
  const asked = new Map<string, ReturnType<View["nonces"]>>();
  const { final } = await pass.chain.head();
  return {
    now: await realNow(pass.deps),
    final,
    nonces(sender) {
      const known = asked.get(sender) ?? pass.chain.nonces(sender);
      asked.set(sender, known);
      return known;
    },
  };
};

const olderThan = (at: Temporal.Instant | null, seconds: number, now: Temporal.Instant): boolean =>
  at === null || Temporal.Instant.compare(at.add({ seconds }), now) <= 0;

const find = async (
  { chain }: ChainPass,
  attempts: readonly Attempt[],
): Promise<Found | undefined> => {
  for (const attempt of attempts.toReversed()) {
    const receipt = await chain.receipt(attempt.hash);
    if (receipt !== undefined) return { attempt, receipt };
  }
  return undefined;
};

/** Whether all that the sender has begun before has ended: else a later number waits for that, whatever it pays. */
const isNext = async ({ deps }: ChainPass, payment: Payment): Promise<boolean> => {
  const { chain, sender, nonce } = payment;
  const [earlier] = await transact(deps, (work) =>
    work.tx
      .select({ id: payments.id })
      .from(payments)
      .where(
        and(
          eq(payments.chain, chain),
          eq(payments.sender, sender),
          lt(payments.nonce, nonce),
          isNull(payments.outcome),
          isNull(payments.blockNumber),
        ),
      )
      .limit(1),
  );
  return earlier === undefined;
};

/** What can be done for a payment that is not mined: the same bytes again, or new ones that pay more. */
const nudge = async (
  pass: ChainPass,
  view: View,
  payment: Payment,
  attempts: readonly Attempt[],
): Promise<void> => {
  const last = attempts.at(-1);
  if (payment.lostAt !== null) await markLost(pass, payment, false);
  if (last === undefined || (await isPaused(pass))) return;
  const { replaceAfterSeconds } = pass.deps.policy;
  if (last.broadcastAt === null) {
    const taken = attempts.findLast(({ broadcastAt }) => broadcastAt !== null);
    if (taken !== undefined && olderThan(payment.sentAt, SEND_AGAIN_SECONDS, view.now)) {
      await sendAgain(pass, payment, taken);
    }
    return sendAttempt(pass, payment, last);
  }
  if (olderThan(last.signedAt, replaceAfterSeconds, view.now) && (await isNext(pass, payment))) {
    await fillGaps(pass, payment.sender, (await view.nonces(payment.sender)).latest);
    const dearer = await signPayment(pass, payment, last);
    if (dearer !== undefined) return sendAttempt(pass, payment, dearer);
  }
  if (olderThan(payment.sentAt, SEND_AGAIN_SECONDS, view.now)) {
    await sendAttempt(pass, payment, last);
  }
};

/** Its number is used for good by a transaction that is none of its own. */
const lose = async (
  pass: ChainPass,
  view: View,
  payment: Payment,
  attempts: readonly Attempt[],
): Promise<void> => {
  if (payment.lostAt === null) return markLost(pass, payment, true);
  if (!olderThan(payment.lostAt, LOST_SECONDS, view.now)) return;
  const paidBy = await findPaid(pass, payment, attempts, view.final);
  const { purpose, sender, nonce } = payment;
  const ended = await endPayment(pass, payment, { outcome: "REPLACED", paidBy });
  if (ended && purpose !== "fill") await pauseForForeign(pass, sender, nonce);
};

/** A block that was told before is told no more: by a node that is behind, or because it has vanished. */
const vanish = async (pass: ChainPass, payment: Payment): Promise<void> => {
  const { block } = payment;
  if (block === null) return;
  const standing = await pass.chain.blockAt(block.number);
  if (standing?.hash === block.hash) {
    throw new ChainError("inconsistent", `Block ${block.number} stands, but not what was in it.`);
  }
  if (standing !== undefined) await markVanished(pass, payment);
};

const settle = async (pass: ChainPass, view: View, payment: Payment, found: Found) => {
  const { block, succeeded } = found.receipt;
  if (!(await markMined(pass, payment, found)) || block.number > view.final.number) return;
  const standing = await pass.chain.blockAt(block.number);
  if (standing?.hash !== block.hash) return;
  const outcome = succeeded ? "SUCCEEDED" : "REVERTED";
  await endPayment(pass, { ...payment, block }, { outcome });
};

const watch = async (pass: ChainPass, view: View, payment: Payment): Promise<void> => {
  const { database } = pass.deps;
  const attempts = await reachable(database.url, () => attemptsOf(database.orm, payment.id));
  // First the numbers: what is mined after that is only seen later, but nothing is taken for lost that is not.
  const nonces = await view.nonces(payment.sender);
  const { simulated } = pass.chain;
  const mayStand = simulated || payment.state === "MINED" || nonces.latest > payment.nonce;
  const found = mayStand ? await find(pass, attempts) : undefined;
  if (found !== undefined) return settle(pass, view, payment, found);
  if (payment.state === "MINED") return vanish(pass, payment);
  if (nonces.final > payment.nonce) return lose(pass, view, payment, attempts);
  return nudge(pass, view, payment, attempts);
};

/** Asks what became of each payment that was sent, ends those that are final, and sends the others on their way again. */
export const watchPayments = async (pass: ChainPass): Promise<void> => {
  let view: View | undefined;
  await eachPayment(pass, ["BROADCAST", "MINED"], async (payment) => {
    view ??= await viewOf(pass);
    await watch(pass, view, payment);
  });
};
