import { decodeIdCursor, toPage, type Page, type PageRequest } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { getUser } from "@closebell/identity";
import { and, desc, eq, lt } from "drizzle-orm";
import type { WithdrawalState } from "./withdrawal-state.ts";
import { withdrawalColumns, type Withdrawal } from "./withdrawal.ts";
import { withdrawals } from "./tables.ts";

/**
 * Withdrawals, newest first, keyset-paged by id: of one user, in one state, or all.
 * @throws DomainError USER_NOT_FOUND, CURSOR_INVALID
 */
export const listWithdrawals = async (
  deps: Pick<Deps, "database">,
  input: PageRequest & {
    readonly userId?: string | undefined;
    readonly state?: WithdrawalState | undefined;
  },
): Promise<Page<Withdrawal>> => {
  const { database } = deps;
  const { userId, state, cursor, limit } = input;
  const list = `withdrawals:${userId ?? ""}:${state ?? ""}`;
  const before = cursor === undefined ? undefined : decodeIdCursor(list, cursor);
  if (userId !== undefined) await getUser(deps, { userId });
  const rows = await reachable(database.url, () =>
    database.orm
      .select(withdrawalColumns)
      .from(withdrawals)
      .where(
        and(
          userId === undefined ? undefined : eq(withdrawals.userId, userId),
          state === undefined ? undefined : eq(withdrawals.state, state),
          before === undefined ? undefined : lt(withdrawals.id, before),
        ),
      )
      .orderBy(desc(withdrawals.id))
      .limit(limit + 1),
  );
  return toPage(list, rows, limit, (withdrawal) => [withdrawal.id]);
};
