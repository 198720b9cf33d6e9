import type { House } from "./house.ts";
import { openSql } from "./house.ts";
import { statementsOf } from "./statements.ts";

/** What each player has: enough for any number of bets, and not so much that a million of them overflow. */
const BALANCE = "1000000000000";
const BATCH = 10_000;

/** The id of the player number `n`, from 1. */
const userId = (n: number): string => `00000000-0000-7000-9000-${n.toString(16).padStart(12, "0")}`;

/** Writes batches until none is left. */
const write = async (url: string, next: () => readonly [number, number] | undefined) => {
  const statement = statementsOf("scene/load-users.sql");
  const sql = openSql(url, 1);
  try {
    await sql`set synchronous_commit = off`;
    for (let range = next(); range !== undefined; range = next()) {
      await sql.unsafe(statement("users"), [...range]);
      await sql.unsafe(statement("accounts"), [...range, BALANCE]);
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
};

/** Makes `count` players with money, set-based, two connections at a time. */
export const loadUsers = async (
  { url, sql }: Pick<House, "url" | "sql">,
  count: number,
): Promise<readonly string[]> => {
  await sql`select ledger.ensure_period(202601)`;
  let from = 1;
  const next = (): readonly [number, number] | undefined => {
    if (from > count) return undefined;
    const range = [from, Math.min(from + BATCH - 1, count)] as const;
    from += BATCH;
    return range;
  };
  await Promise.all([write(url, next), write(url, next)]);
  await sql.unsafe(statementsOf("scene/load-users.sql")("capital"), [count, BALANCE]);
  await sql.unsafe("vacuum (analyze) ledger.account, identity.user");
  return Array.from({ length: count }, (_, n) => userId(n + 1));
};
