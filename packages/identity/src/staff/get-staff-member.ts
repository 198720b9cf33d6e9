import { reachable, type Deps } from "@closebell/database";
import { staffMember, type StaffMember } from "./staff-member.ts";

/**
 * The member of staff with this id or handle.
 * @throws DomainError USER_NOT_FOUND
 */
export const getStaffMember = (
  deps: Pick<Deps, "database">,
  input: { readonly member: string },
): Promise<StaffMember> =>
  reachable(deps.database.url, () => staffMember(deps.database.orm, input.member));
