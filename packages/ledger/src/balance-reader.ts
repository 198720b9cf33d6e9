import { isUuid } from "@closebell/context";
import { arrayLiteral, reachable, type Deps } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import DataLoader from "dataloader";
import type { UserPurpose } from "./account-codes.ts";

/** What a user has, by what it is for. */
export type UserBalances = Readonly<Record<UserPurpose, MicroUsdc>>;

/** Reads users' balances from the database, at every call anew. */
export interface BalanceReader {
  /**
   * A user's balances, all of one moment after the call; undefined for whoever has no accounts.
   * @throws DomainError DATABASE_UNAVAILABLE
   */
  balancesOf(userId: string): Promise<UserBalances | undefined>;
}

/** Users in one statement at most: while PostgreSQL looks these up, the next statement is written. */
const MOST_AT_ONCE = 128;

interface Row extends UserBalances {
  readonly owner: string;
}

const readAll = async (
  { database }: Pick<Deps, "database">,
  userIds: readonly string[],
): Promise<readonly (UserBalances | undefined)[]> => {
  const rows = await reachable(
    database.url,
    () => database.sql<Row[]>`
      select owner,
        coalesce(max(balance) filter (where purpose = 'available'), 0) as available,
        coalesce(max(balance) filter (where purpose = 'withdrawing'), 0) as withdrawing,
        coalesce(max(balance) filter (where purpose = 'held'), 0) as held
      from ledger.account where owner = any(${arrayLiteral(userIds)}::uuid[]) group by owner`,
  );
  const byOwner = new Map(rows.map((row) => [row.owner, row]));
  return userIds.map((userId) => byOwner.get(userId));
};

/**
 * A reader that asks once for all who wait in the same turn of the event loop: a lone read goes at once, many share a
 * statement. Nothing is kept between statements, so no balance is ever older than its call.
 */
export const createBalanceReader = (deps: Pick<Deps, "database">): BalanceReader => {
  const loader = new DataLoader<string, UserBalances | undefined>((ids) => readAll(deps, ids), {
    cache: false,
    maxBatchSize: MOST_AT_ONCE,
  });
  return {
    // an id that is none would fail the statement for everybody
    balancesOf: (userId) =>
      isUuid(userId) ? loader.load(userId.toLowerCase()) : Promise.resolve(undefined),
  };
};
