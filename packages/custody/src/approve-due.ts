import { transact, type Work } from "@closebell/database";
import { and, asc, eq, gte, notInArray, sql, sum } from "drizzle-orm";
import { BATCH } from "./claim-withdrawal.ts";
import type { ChainPass } from "./chain-pass.ts";
import { moveWithdrawal } from "./move-withdrawal.ts";
import { withdrawals } from "./tables.ts";
import { letWithdrawalWait } from "./let-wait.ts";
import { whyNotApproved } from "./withdrawal-limits.ts";
import { whyNotPayable } from "./why-not-payable.ts";
import { lockSwitch } from "./withdrawal-switch.ts";
import { withdrawalColumns, type Withdrawal } from "./withdrawal.ts";

/** Real seconds until a withdrawal that was not approved is looked at again, so that others get their turn. */
const LOOK_AGAIN_SECONDS = 5;

const requested = (work: Work, chain: string): Promise<readonly Withdrawal[]> =>
  work.tx
    .select(withdrawalColumns)
    .from(withdrawals)
    .where(
      and(
        eq(withdrawals.chain, chain),
        eq(withdrawals.state, "REQUESTED"),
        sql`${withdrawals.dueAt} <= clock_timestamp()`,
      ),
    )
    .orderBy(asc(withdrawals.dueAt), asc(withdrawals.id))
    .limit(BATCH)
    .for("update", { skipLocked: true });

/** What was approved since the UTC day began, of each user; what came back since does not count. */
const approvedToday = async (work: Work, chain: string): Promise<Map<string, bigint>> => {
  const now = await work.now();
  const midnight = now.toZonedDateTimeISO("UTC").startOfDay().toInstant();
  const rows = await work.tx
    .select({ userId: withdrawals.userId, amount: sum(withdrawals.amountMicroUsdc) })
    .from(withdrawals)
    .where(
      and(
        eq(withdrawals.chain, chain),
        gte(withdrawals.approvedAt, midnight),
        notInArray(withdrawals.state, ["REJECTED", "FAILED"]),
      ),
    )
    .groupBy(withdrawals.userId);
  return new Map(rows.map(({ userId, amount }) => [userId, BigInt(amount ?? "0")]));
};

const approve = async (work: Work, pass: ChainPass): Promise<number> => {
  const { by, chain, deps } = pass;
  const waiting = await requested(work, chain.name);
  if (waiting.length === 0) return 0;
  const { pausedAt } = await lockSwitch(work, chain.name, "update");
  if (pausedAt !== null) return 0;
  const today = await approvedToday(work, chain.name);
  let total = [...today.values()].reduce((all, amount) => all + amount, 0n);
  let approved = 0;
  for (const withdrawal of waiting) {
    const { userId, amountMicroUsdc: amount } = withdrawal;
    const ofUser = today.get(userId) ?? 0n;
    const why =
      whyNotApproved(deps.policy, amount, { total, ofUser }) ?? (await whyNotPayable(work, userId));
    if (why !== undefined) {
      await letWithdrawalWait(work, pass, withdrawal, why, LOOK_AGAIN_SECONDS);
      continue;
    }
    const consent = { approvedUpTo: deps.policy.autoApproveUpTo, approval: null };
    await moveWithdrawal(work, { by, withdrawal, to: "APPROVED", detail: "automatic", consent });
    today.set(userId, ofUser + amount);
    total += amount;
    approved += 1;
  }
  return approved;
};

/** Approves what the operator lets pass by itself; the rest waits for the next day, or for him. */
export const approveDue = async (pass: ChainPass): Promise<void> => {
  pass.progress.approved += await transact(pass.deps, (work) => approve(work, pass));
};
