import { transact } from "@closebell/database";
import { and, asc, eq, inArray, lte, sql } from "drizzle-orm";
import type { ChainPass } from "./chain-pass.ts";
import { BATCH, realNow } from "./claim-withdrawal.ts";
import { paymentOf, type Payment } from "./payment.ts";
import type { PaymentState } from "./payment-state.ts";
import { payments } from "./tables.ts";

const claimPayment = (
  pass: ChainPass,
  states: readonly PaymentState[],
  dueBy: Temporal.Instant,
): Promise<Payment | undefined> =>
  transact(pass.deps, async (work) => {
    const [next] = await work.tx
      .select({ id: payments.id })
      .from(payments)
      .where(
        and(
          eq(payments.chain, pass.chain.name),
          inArray(payments.state, [...states]),
          lte(payments.dueAt, dueBy),
        ),
      )
      .orderBy(asc(payments.dueAt), asc(payments.nonce))
      .limit(1)
      .for("update", { skipLocked: true });
    if (next === undefined) return undefined;
    const [claimed] = await work.tx
      .update(payments)
      .set({ dueAt: sql`clock_timestamp() + interval '30 seconds'` })
      .where(eq(payments.id, next.id))
      .returning();
    return claimed && paymentOf(claimed);
  });

const releasePayment = async (pass: ChainPass, id: string): Promise<void> => {
  await transact(pass.deps, (work) =>
    work.tx
      .update(payments)
      .set({ dueAt: sql`clock_timestamp()` })
      .where(eq(payments.id, id)),
  );
};

/**
 * Takes up each payment in one of `states`, the longest waiting first, each claimed for 30 s of real time and committed
 * before anything is asked of the chain. What fails comes last the next time.
 */
export const eachPayment = async (
  pass: ChainPass,
  states: readonly PaymentState[],
  act: (payment: Payment) => Promise<void>,
): Promise<void> => {
  const dueBy = await realNow(pass.deps);
  for (let taken = 0; taken < BATCH; taken += 1) {
    const payment = await claimPayment(pass, states, dueBy);
    if (payment === undefined) return;
    try {
      await act(payment);
    } finally {
      await releasePayment(pass, payment.id);
    }
  }
};
