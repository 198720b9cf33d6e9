import { texts, type Transaction } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";

/** The balances of those of `codes` that exist, by code. */
export const balancesOf = async (
  tx: Pick<Transaction, "execute">,
  codes: readonly string[],
): Promise<ReadonlyMap<string, MicroUsdc>> => {
  const rows = await tx.execute<{ code: string; balance: bigint }>(
    sql`select code, balance from ledger.account where code = any(${texts(codes)})`,
  );
  return new Map(rows.map((row) => [row.code, microUsdc(row.balance)]));
};
