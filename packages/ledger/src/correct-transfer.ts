import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import { withLedgerErrors } from "./errors.ts";

/** A transfer by its unique key: kind by name, as in `payout/<bet id>`, and the period it is for. */
export interface TransferKey {
  readonly period: number;
  readonly kind: string;
  readonly ref: string;
}

/**
 * Reverses `amount` of a transfer by a new transfer that names it; the wrong one stays as it is.
 * @returns the reference of the correction
 * @throws DomainError TRANSFER_NOT_FOUND, TRANSFER_CONFLICT (more than is left of it), INSUFFICIENT_FUNDS (the
 *   receiver no longer has it), VALIDATION_FAILED (no reason)
 */
export const correctTransfer = async (
  deps: Deps,
  input: { readonly by: By; readonly transfer: TransferKey; readonly amount: MicroUsdc },
): Promise<{ readonly ref: string }> => {
  const { by, transfer, amount } = input;
  const reason = by.reason?.trim() ?? "";
  if (reason === "") {
    throw new DomainError("VALIDATION_FAILED", "A correction needs a reason. Say why.");
  }
  const ref = deps.ids.uuid();
  return transact(deps, async (work) => {
    const [kind] = await work.tx.execute<{ id: number }>(
      sql`select id from ledger.transfer_kind where name = ${transfer.kind}`,
    );
    if (kind === undefined) {
      throw new DomainError("TRANSFER_NOT_FOUND", `There is no kind of transfer ${transfer.kind}.`);
    }
    await withLedgerErrors(() =>
      work.tx.execute(sql`
        select ledger.correct(${ref}::uuid, ${transfer.period}::int, ${kind.id}::smallint,
          ${transfer.ref}::uuid, ${amount}::bigint, ${reason}, ${by.actor.id}::uuid, ${by.requestId}::uuid)`),
    );
    await recordAudit(work, {
      by,
      action: "transfer.correct",
      subject: `${transfer.kind}/${transfer.ref}`,
      after: { correction: ref, amountMicroUsdc: amount.toString() },
    });
    return { ref };
  });
};
