import type postgres from "postgres";
import { statementsOf } from "./statements.ts";

/** What each player has: enough for any number of bets, and not so much that a million of them overflow. */
const BALANCE = 1_000_000_000_000n;
const BATCH = 50_000;

/** The id of the player number `n`, from 1. */
export const userId = (n: number): string =>
  `00000000-0000-7000-9000-${n.toString(16).padStart(12, "0")}`;

/** Makes `count` players with money, set-based. The audit proves that the books are as if they had come one by one. */
export const loadUsers = async (sql: postgres.Sql, count: number): Promise<readonly string[]> => {
  const statement = statementsOf("scene/load-users.sql");
  await sql`select ledger.ensure_period(202601)`;
  for (let from = 1; from <= count; from += BATCH) {
    const to = Math.min(from + BATCH - 1, count);
    await sql.unsafe(statement("users"), [from, to]);
    await sql.unsafe(statement("accounts"), [from, to]);
    if (from === 1) await sql.unsafe("analyze ledger.account");
    await sql.unsafe(statement("funds"), [from, to, String(BALANCE)]);
  }
  await sql.unsafe("vacuum (analyze) ledger.account, identity.user");
  return Array.from({ length: count }, (_, n) => userId(n + 1));
};
