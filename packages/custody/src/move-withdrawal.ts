import type { By } from "@closebell/context";
import type { Work } from "@closebell/database";
import { custodyAccount, userAccount } from "@closebell/ledger";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { eq, sql } from "drizzle-orm";
import { postOne } from "./post-one.ts";
import { withdrawalEvents, withdrawals } from "./tables.ts";
import { KIND } from "./transfer-kinds.ts";
import type { WithdrawalState } from "./withdrawal-state.ts";
import { withdrawalColumns, type Withdrawal } from "./withdrawal.ts";

/** One step of a withdrawal whose row the caller has locked. */
export interface WithdrawalStep {
  readonly by: By;
  readonly withdrawal: Withdrawal;
  readonly to: WithdrawalState;
  /** For its history: what made it go there. */
  readonly detail: string;
  /** The payment's transaction from now on; left as it is where none is given. */
  readonly tx?: string | null;
  /** Why it stays there until somebody decides. */
  readonly waitingFor?: string;
  /** From REQUESTED to APPROVED: up to which amount one is enough, and above it the approval of a second person. */
  readonly consent?: { readonly approvedUpTo: MicroUsdc; readonly approval: string | null };
}

/** Adds to a withdrawal's history. */
export const noteWithdrawal = async (
  work: Work,
  event: {
    readonly by: By;
    readonly withdrawal: string;
    readonly state: WithdrawalState;
    readonly at: Temporal.Instant;
    readonly detail: string;
  },
): Promise<void> => {
  const { by, ...what } = event;
  await work.tx.insert(withdrawalEvents).values({
    ...what,
    n: sql`(select coalesce(max(e.n), 0) + 1 from custody.withdrawal_event e where e.withdrawal = ${event.withdrawal})`,
    actor: by.actor.id,
  });
};

const returned = (state: WithdrawalState): boolean => state === "FAILED" || state === "REJECTED";

/** What the money does when a withdrawal enters a state: taken aside, paid, or given back. */
const postStep = async (work: Work, { by, withdrawal, to }: WithdrawalStep): Promise<void> => {
  const available = userAccount(withdrawal.userId, "available");
  const withdrawing = userAccount(withdrawal.userId, "withdrawing");
  const held = userAccount(withdrawal.userId, "held");
  const custody = custodyAccount(withdrawal.chain);
  const { id: ref, createdAt: recordedAt, amountMicroUsdc: whole, fromHeldMicroUsdc } = withdrawal;
  const rest = microUsdc(whole - fromHeldMicroUsdc);
  const post = async (kind: number, debit: string, credit: string, amount: MicroUsdc) => {
    if (amount > 0n)
      await postOne(work, { by, kind, recordedAt, transfer: { ref, debit, credit, amount } });
  };
  if (to === "REQUESTED") {
    await post(KIND.withdrawalRequest, available, withdrawing, rest);
    await post(KIND.withdrawalRequestHeld, held, withdrawing, fromHeldMicroUsdc);
  }
  if (to === "CONFIRMED") await post(KIND.withdrawalPayment, withdrawing, custody, whole);
  if (returned(to)) {
    await post(KIND.withdrawalReturn, withdrawing, available, rest);
    await post(KIND.withdrawalReturnHeld, withdrawing, held, fromHeldMicroUsdc);
  }
};

/** Enters a state: history and money together. The row says the same before the transaction ends. */
export const enterState = async (
  work: Work,
  step: WithdrawalStep & { readonly at: Temporal.Instant },
): Promise<void> => {
  const { by, at, detail, withdrawal, to } = step;
  await noteWithdrawal(work, { by, withdrawal: withdrawal.id, state: to, at, detail });
  await postStep(work, step);
};

/** Takes a withdrawal one step further: state, history and money together. */
export const moveWithdrawal = async (work: Work, step: WithdrawalStep): Promise<Withdrawal> => {
  const at = await work.now();
  const [moved] = await work.tx
    .update(withdrawals)
    .set({
      state: step.to,
      updatedAt: at,
      dueAt: sql`clock_timestamp()`,
      waitingFor: step.waitingFor ?? null,
      ...(step.to === "APPROVED" ? { approvedAt: at } : {}),
      ...step.consent,
      ...(step.to === "SIGNED" ? { attempts: sql`${withdrawals.attempts} + 1` } : {}),
      ...(step.tx === undefined ? {} : { tx: step.tx }),
      ...(returned(step.to) ? { failureReason: step.detail } : {}),
    })
    .where(eq(withdrawals.id, step.withdrawal.id))
    .returning(withdrawalColumns);
  if (moved === undefined) throw new Error(`The withdrawal ${step.withdrawal.id} is gone.`);
  await enterState(work, { ...step, at });
  return moved;
};
