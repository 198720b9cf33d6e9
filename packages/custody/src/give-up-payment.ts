import type { Work } from "@closebell/database";
import { microUsdc } from "@closebell/money";
import { and, eq, isNull } from "drizzle-orm";
import { writeOrder } from "./payment-order.ts";
import { lockPayment } from "./payment.ts";
import { payments } from "./tables.ts";

/** Makes a payment that nobody has signed one of nothing, which only uses up its number. */
const fill = async (work: Work, id: string): Promise<void> => {
  await work.tx
    .update(payments)
    .set({
      purpose: "fill",
      withdrawal: null,
      subject: null,
      instruction: writeOrder({ kind: "nothing" }),
      amountMicroUsdc: microUsdc(0n),
      waitingFor: null,
    })
    .where(eq(payments.id, id));
};

/**
 * Takes the payment away from a withdrawal whose row the caller has locked: its number will be used up by a payment of
 * nothing. Whoever is just signing finds that out before he stores what he signed, and throws it away.
 * @returns whether no payment is left that could be mined; false where one was signed
 */
export const giveUpPayment = async (work: Work, withdrawal: string): Promise<boolean> => {
  const [payment] = await work.tx
    .select({ id: payments.id, state: payments.state })
    .from(payments)
    .where(and(eq(payments.withdrawal, withdrawal), isNull(payments.outcome)))
    .for("update");
  if (payment === undefined) return true;
  if (payment.state !== "ASSIGNED") return false;
  await fill(work, payment.id);
  return true;
};

/** The same of a payment that pays no withdrawal. */
export const giveUpOrder = async (work: Work, id: string): Promise<boolean> => {
  const { state } = await lockPayment(work, id);
  if (state !== "ASSIGNED") return false;
  await fill(work, id);
  return true;
};
