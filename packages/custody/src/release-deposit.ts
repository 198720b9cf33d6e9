import { DomainError, isUuid, type By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import { eq } from "drizzle-orm";
import { checkedReason } from "./checks.ts";
import type { CustodyDeps } from "./custody-deps.ts";
import type { Deposit } from "./deposit.ts";
import { depositNotFound } from "./get-deposit.ts";
import { moveDeposit } from "./move-deposit.ts";
import { deposits } from "./tables.ts";

/**
 * Credits a deposit that was set aside as below the minimum to its user, out of `house/suspense`, for the reason in `by`.
 * Released already, it is answered as it stands.
 * @throws DomainError DEPOSIT_NOT_FOUND, DEPOSIT_CONFLICT where it was never set aside, VALIDATION_FAILED without a reason
 */
export const releaseDeposit = async (
  deps: Pick<CustodyDeps, "database" | "events" | "log" | "ids">,
  input: { readonly by: By; readonly depositId: string },
): Promise<Deposit> => {
  const { by, depositId } = input;
  const detail = checkedReason(by);
  if (!isUuid(depositId)) throw depositNotFound(depositId);
  return transact(deps, async (work) => {
    const [deposit] = await work.tx
      .select()
      .from(deposits)
      .where(eq(deposits.id, depositId))
      .for("update");
    if (deposit === undefined) throw depositNotFound(depositId);
    if (deposit.state === "CREDITED" && deposit.suspendedAt !== null) return deposit;
    if (deposit.state !== "SUSPENDED") {
      throw new DomainError(
        "DEPOSIT_CONFLICT",
        `Deposit ${depositId} is ${deposit.state}: only one that is SUSPENDED, below the minimum, can be released.`,
      );
    }
    const released = await moveDeposit(deps, work, { by, deposit, to: "CREDITED", detail });
    await recordAudit(work, {
      by,
      action: "deposit.release",
      subject: `deposit/${depositId}`,
      before: { state: deposit.state },
      after: {
        state: released.state,
        userId: released.userId,
        amountMicroUsdc: released.amountMicroUsdc,
      },
    });
    return released;
  });
};
