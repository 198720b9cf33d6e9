import type { Work } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

const PATIENCE_MS = 10_000;

/** A user's balance for one purpose, with its account locked until the unit of work ends. */
const lockedBalance = async (work: Work, userId: string, purpose: string): Promise<bigint> => {
  const [row] = await work.tx.execute<{ balance: bigint | null }>(sql`
    select l.balances[1] as balance
    from ledger.lock_owners(array[${userId}]::uuid[], ${purpose}, ${PATIENCE_MS}::int) l`);
  return row?.balance ?? 0n;
};

/** How much of a withdrawal comes out of what is held: as much as there is. Locks the user's accounts, in the order of their ids. */
export const heldShare = async (
  work: Work,
  userId: string,
  amount: MicroUsdc,
): Promise<MicroUsdc> => {
  await lockedBalance(work, userId, "available");
  await lockedBalance(work, userId, "withdrawing");
  const held = await lockedBalance(work, userId, "held");
  return microUsdc(held < amount ? held : amount);
};
