import type { Page, PageRequest } from "@closebell/context";
import type { Deps } from "@closebell/database";
import { listUsers } from "../list-users.ts";
import { memberOf, type StaffMember } from "./staff-member.ts";

/**
 * Members of staff with the roles they have now, newest first.
 * @throws DomainError CURSOR_INVALID
 */
export const listStaff = async (
  deps: Pick<Deps, "database">,
  input: PageRequest,
): Promise<Page<StaffMember>> => {
  const page = await listUsers(deps, { ...input, kind: "staff" });
  const items: StaffMember[] = [];
  for (const user of page.items) items.push(await memberOf(deps.database.orm, user));
  return { ...page, items };
};
