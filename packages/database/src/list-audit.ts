import { decodeCursor, KEY, type Page, type PageRequest, toPage } from "@closebell/context";
import { desc, lt } from "drizzle-orm";
import { audit } from "./audit-table.ts";
import { reachable } from "./errors.ts";
import type { Deps } from "./transact.ts";

/** One row of the audit log. */
export type AuditRecord = typeof audit.$inferSelect;

const LIST = "audit";

/**
 * The audit log, newest first.
 * @throws DomainError CURSOR_INVALID
 */
export const listAudit = async (
  deps: Pick<Deps, "database">,
  page: PageRequest,
): Promise<Page<AuditRecord>> => {
  const before =
    page.cursor === undefined ? undefined : decodeCursor(LIST, [KEY.bigint], page.cursor)[0];
  const rows = await reachable(deps.database.url, () =>
    deps.database.orm
      .select()
      .from(audit)
      .where(before === undefined ? undefined : lt(audit.id, BigInt(before)))
      .orderBy(desc(audit.id))
      .limit(page.limit + 1),
  );
  return toPage(LIST, rows, page.limit, (row) => [row.id.toString()]);
};
