import type { By } from "@closebell/context";
import { bigints, texts, uuids, type Work } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import { withLedgerErrors } from "./errors.ts";

/** One amount from one account to another, unique for what it is for. */
export interface NewTransfer {
  /** UUID of what it is for: a deposit, a bet, a withdrawal. */
  readonly ref: string;
  /** Code of the account the amount leaves. */
  readonly debit: string;
  /** Code of the account the amount reaches. */
  readonly credit: string;
  readonly amount: MicroUsdc;
}

/**
 * Posts transfers of one kind and period, all or none; a transfer that is already in the books is left alone.
 * @returns how many were new
 * @throws DomainError INSUFFICIENT_FUNDS, AMOUNT_OVERFLOW, ACCOUNT_NOT_FOUND, TRANSFER_CONFLICT
 */
export const postTransfers = async (
  work: Work,
  input: {
    readonly by: By;
    readonly period: number;
    readonly kind: number;
    readonly transfers: readonly NewTransfer[];
  },
): Promise<number> => {
  const { by, transfers } = input;
  if (transfers.length === 0) return 0;
  const [row] = await withLedgerErrors(() =>
    work.tx.execute<{ posted: number }>(sql`
      select ledger.post_by_code(
        ${input.period}::int, ${input.kind}::smallint,
        ${uuids(transfers.map((t) => t.ref))},
        ${texts(transfers.map((t) => t.debit))},
        ${texts(transfers.map((t) => t.credit))},
        ${bigints(transfers.map((t) => t.amount))},
        ${by.actor.id}::uuid, ${by.requestId}::uuid) as posted`),
  );
  return row?.posted ?? 0;
};
