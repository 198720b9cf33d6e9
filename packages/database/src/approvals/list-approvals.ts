import { decodeIdCursor, type Page, type PageRequest, toPage } from "@closebell/context";
import { and, desc, lt, sql } from "drizzle-orm";
import { reachable } from "../errors.ts";
import type { Deps } from "../transact.ts";
import {
  type Approval,
  approvalColumns,
  approvals,
  type ApprovalState,
  stateSql,
} from "./approval.ts";

/**
 * Approvals, newest first, of one state where one is given.
 * @throws DomainError CURSOR_INVALID
 */
export const listApprovals = async (
  deps: Pick<Deps, "database">,
  input: PageRequest & { readonly state?: ApprovalState | undefined },
): Promise<Page<Approval>> => {
  const list = `approvals:${input.state ?? ""}`;
  const before = input.cursor === undefined ? undefined : decodeIdCursor(list, input.cursor);
  const rows = await reachable(deps.database.url, () =>
    deps.database.orm
      .select(approvalColumns)
      .from(approvals)
      .where(
        and(
          before === undefined ? undefined : lt(approvals.id, before),
          input.state === undefined ? undefined : sql`${stateSql} = ${input.state}`,
        ),
      )
      .orderBy(desc(approvals.id))
      .limit(input.limit + 1),
  );
  return toPage(list, rows, input.limit, (row) => [row.id]);
};
