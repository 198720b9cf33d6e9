import { DomainError, type By } from "@closebell/context";
import type { Deps, Work } from "@closebell/database";
import { checkedHandle } from "../handle.ts";
import type { StaffRole } from "../roles.ts";
import { userByHandle, users } from "../user.ts";
import { insertRoles } from "./insert-roles.ts";
import { checkedRoles, type StaffMember } from "./staff-member.ts";

/**
 * Makes a member of staff with roles, within a unit of work.
 * @throws DomainError HANDLE_TAKEN (by another member of staff, whatever its case), VALIDATION_FAILED
 */
export const insertStaff = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  input: { readonly by: By; readonly handle: string; readonly roles: readonly StaffRole[] },
): Promise<StaffMember> => {
  const handle = checkedHandle(input.handle);
  const roles = checkedRoles(input.roles);
  const user = {
    id: deps.ids.uuid(),
    kind: "staff" as const,
    handle,
    createdAt: await work.now(),
  };
  const made = await work.tx.insert(users).values(user).onConflictDoNothing().returning();
  if (made.length === 0) {
    const other = await userByHandle(work.tx, "staff", handle);
    throw new DomainError(
      "HANDLE_TAKEN",
      `There is a member of staff called ${other?.handle ?? handle} already. Choose another name, or grant them a role.`,
    );
  }
  await insertRoles(work, { by: input.by, userId: user.id, roles });
  return { id: user.id, handle, roles, createdAt: user.createdAt };
};
