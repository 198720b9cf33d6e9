import { DomainError, isUuid, type By } from "@closebell/context";
import { approved, recordAudit, transact, type Deps, type Work } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import { betweenRounds, tooMuchCorrected, withLedgerErrors } from "./errors.ts";

/** A transfer by its unique key: kind by name, as in `payout/<bet id>`, and the period it is for. */
export interface TransferKey {
  readonly period: number;
  readonly kind: string;
  readonly ref: string;
}

const ACTION = "transfer.correct";

interface Wrong extends Record<string, unknown> {
  readonly kind: number;
  readonly debit: string | null;
  readonly credit: string | null;
  readonly amount: bigint | null;
  readonly corrected: bigint;
  readonly from: string | null;
  readonly to: string | null;
}

/** The transfer as it stands, how much of it was corrected before, and between which accounts a correction moves. */
const findWrong = async (work: Work, key: TransferKey): Promise<Wrong> => {
  const ref = isUuid(key.ref) ? key.ref : null;
  const [found] = await work.tx.execute<Wrong>(sql`
    select k.id as kind, d.code as debit, c.code as credit, x.amount,
      (select coalesce(sum(y.amount), 0)::bigint from ledger.correction n
       join ledger.transfer y on y.period = n.period and y.kind = 1 and y.ref = n.ref
       where n.period = ${key.period}::int and n.kind = k.id and n.corrected_ref = ${ref}::uuid) as corrected,
      f.code as "from", t.code as "to"
    from ledger.transfer_kind k
    left join ledger.transfer x on x.period = ${key.period}::int and x.kind = k.id and x.ref = ${ref}::uuid
    left join ledger.account d on d.id = x.debit
    left join ledger.account c on c.id = x.credit
    left join lateral ledger.correction_of(x) o on x.ref is not null
    left join ledger.account f on f.id = o.debit
    left join ledger.account t on t.id = o.credit
    where k.name = ${key.kind}`);
  if (found === undefined) {
    throw new DomainError("TRANSFER_NOT_FOUND", `There is no kind of transfer ${key.kind}.`);
  }
  if (found.amount === null) {
    throw new DomainError("TRANSFER_NOT_FOUND", "There is no such transfer.");
  }
  return found;
};

/** A correction: its reference, and between which accounts it moved money. */
export interface Correction {
  readonly ref: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Reverses `amount` of a transfer by a new transfer that names it; the wrong one stays as it is. A round's account holds
 * what its bets come to: `house/capital` stands in for it, so that a stake or a payout is taken back or given back without
 * touching the round. Takes two people.
 * @throws DomainError TRANSFER_NOT_FOUND, TRANSFER_CONFLICT (more than is left of it, or between a round's own accounts),
 *   INSUFFICIENT_FUNDS (the receiver no longer has it), VALIDATION_FAILED (no reason), APPROVAL_REQUIRED
 */
export const correctTransfer = async (
  deps: Deps,
  input: { readonly by: By; readonly transfer: TransferKey; readonly amount: MicroUsdc },
): Promise<Correction> => {
  const { by, transfer, amount } = input;
  const reason = by.reason?.trim() ?? "";
  if (reason === "") {
    throw new DomainError("VALIDATION_FAILED", "A correction needs a reason. Say why.");
  }
  const ref = deps.ids.uuid();
  return transact(deps, async (work) => {
    const { kind, from, to, ...before } = await findWrong(work, transfer);
    const { period } = transfer;
    // before anybody is asked to approve what can't be done
    if (before.corrected + amount > (before.amount ?? 0n)) throw tooMuchCorrected();
    if (from === null || to === null || from === to) throw betweenRounds();
    const subject = `${transfer.kind}/${transfer.ref}`;
    const content = { transfer: subject, period, amountMicroUsdc: amount, before, from, to };
    const approval = await approved(work, { by, action: ACTION, subject, content });
    await withLedgerErrors(() =>
      work.tx.execute(sql`
        select ledger.correct(${ref}::uuid, ${period}::int, ${kind}::smallint, ${transfer.ref}::uuid, ${amount}::bigint,
          ${reason}, ${by.actor.id}::uuid, ${by.requestId}::uuid, ${approval}::uuid)`),
    );
    const after = { correction: ref, period, amountMicroUsdc: amount, from, to, approval };
    await recordAudit(work, { by, action: ACTION, subject, before, after });
    return { ref, from, to };
  });
};
