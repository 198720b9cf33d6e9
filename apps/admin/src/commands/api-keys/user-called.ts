import { isUuid } from "@closebell/context";
import type { Deps } from "@closebell/database";
import { getStaffMember, getUser } from "@closebell/identity";

/** Id of a user by id, or of a member of staff by name. @throws DomainError USER_NOT_FOUND */
export const userCalled = async (
  deps: Pick<Deps, "database">,
  idOrName: string,
): Promise<string> => {
  const { id } = isUuid(idOrName)
    ? await getUser(deps, { userId: idOrName })
    : await getStaffMember(deps, { member: idOrName });
  return id;
};
