import { DomainError, isUuid } from "@closebell/context";
import { eq } from "drizzle-orm";
import { reachable } from "../errors.ts";
import type { Executor } from "../database.ts";
import type { Deps } from "../transact.ts";
import { type Approval, approvalColumns, approvals } from "./approval.ts";

/** @throws DomainError APPROVAL_NOT_FOUND */
export const readApproval = async (on: Executor, id: string): Promise<Approval> => {
  const [row] = isUuid(id)
    ? await on.select(approvalColumns).from(approvals).where(eq(approvals.id, id))
    : [];
  if (row !== undefined) return row;
  throw new DomainError(
    "APPROVAL_NOT_FOUND",
    `There is no approval ${id}. \`bun run admin approvals list\` shows them.`,
  );
};

/**
 * One request for a second person's consent, with the whole content that is to be approved.
 * @throws DomainError APPROVAL_NOT_FOUND
 */
export const getApproval = (
  deps: Pick<Deps, "database">,
  input: { readonly approvalId: string },
): Promise<Approval> =>
  reachable(deps.database.url, () => readApproval(deps.database.orm, input.approvalId));
