import type { Work } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

/**
 * Whether money that comes in for a user may be bet: no restriction stands, and no deposit limit in force is exceeded (UKGC
 * RTS 12B: no further deposit once a limit is reached; a chain can't be told to refuse one, so it is held). Takes his
 * account until the unit of work ends; tell `countDeposit` once it is posted.
 */
export const admitDeposit = async (
  work: Pick<Work, "tx">,
  input: { readonly userId: string; readonly amountMicroUsdc: MicroUsdc },
): Promise<boolean> => {
  const [row] = await work.tx.execute<{ admitted: boolean }>(sql`
    select protection.admit_deposit(${input.userId}::uuid, ${input.amountMicroUsdc}::bigint) as admitted`);
  return row?.admitted === true;
};

/** Counts a deposit that was admitted and is in the books as this transfer, if its user has set a limit. */
export const countDeposit = async (
  work: Pick<Work, "tx">,
  transfer: {
    readonly userId: string;
    readonly period: number;
    readonly kind: number;
    readonly ref: string;
  },
): Promise<void> => {
  await work.tx.execute(sql`
    select protection.count_deposit(${transfer.userId}::uuid, ${transfer.period}::int, ${transfer.kind}::smallint,
      ${transfer.ref}::uuid)`);
};

/** Whether a restriction stands: no bets, and nothing that comes in may be bet. */
export const isSuspended = async (work: Pick<Work, "tx">, userId: string): Promise<boolean> => {
  const [row] = await work.tx.execute<{ suspended: boolean }>(
    sql`select protection.is_suspended(${userId}::uuid, clock.now()) as suspended`,
  );
  return row?.suspended === true;
};
