import { decodeIdCursor, toPage, type Page, type PageRequest } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { getUser } from "@closebell/identity";
import { and, desc, eq, lt } from "drizzle-orm";
import type { DepositState } from "./deposit-state.ts";
import type { Deposit } from "./deposit.ts";
import { deposits } from "./tables.ts";

/**
 * Deposits, newest first, keyset-paged by id: of one user, in one state, or all.
 * @throws DomainError USER_NOT_FOUND, CURSOR_INVALID
 */
export const listDeposits = async (
  deps: Pick<Deps, "database">,
  input: PageRequest & {
    readonly userId?: string | undefined;
    readonly state?: DepositState | undefined;
  },
): Promise<Page<Deposit>> => {
  const { database } = deps;
  const { userId, state, cursor, limit } = input;
  const list = `deposits:${userId ?? ""}:${state ?? ""}`;
  const before = cursor === undefined ? undefined : decodeIdCursor(list, cursor);
  if (userId !== undefined) await getUser(deps, { userId });
  const rows = await reachable(database.url, () =>
    database.orm
      .select()
      .from(deposits)
      .where(
        and(
          userId === undefined ? undefined : eq(deposits.userId, userId),
          state === undefined ? undefined : eq(deposits.state, state),
          before === undefined ? undefined : lt(deposits.id, before),
        ),
      )
      .orderBy(desc(deposits.id))
      .limit(limit + 1),
  );
  return toPage(list, rows, limit, (deposit) => [deposit.id]);
};
