import { DomainError, isUuid } from "@closebell/context";
import type { Executor } from "@closebell/database";
import { STAFF_ROLES, type Role, type StaffRole } from "../roles.ts";
import { userByHandle, userById, type User } from "../user.ts";
import { rolesOf } from "./roles-of.ts";

/** Somebody who works here. Without a role they may do nothing. */
export interface StaffMember {
  readonly id: string;
  readonly handle: string;
  readonly roles: readonly StaffRole[];
  readonly createdAt: Temporal.Instant;
}

const isStaffRole = (role: Role): role is StaffRole => role !== "player";

/** A user of kind staff, with the roles they have now. */
export const memberOf = async (on: Executor, user: User): Promise<StaffMember> => ({
  id: user.id,
  handle: user.handle ?? user.id,
  roles: (await rolesOf(on, user)).filter(isStaffRole),
  createdAt: user.createdAt,
});

/**
 * The member of staff with this id or handle.
 * @throws DomainError USER_NOT_FOUND
 */
export const staffMember = async (on: Executor, idOrHandle: string): Promise<StaffMember> => {
  const user = isUuid(idOrHandle)
    ? await userById(on, idOrHandle)
    : await userByHandle(on, "staff", idOrHandle);
  if (user?.kind === "staff") return memberOf(on, user);
  throw new DomainError("USER_NOT_FOUND", `There is no member of staff ${idOrHandle}.`);
};

/**
 * `roles`, each once, in the order they are listed in.
 * @throws DomainError VALIDATION_FAILED where there is none
 */
export const checkedRoles = (roles: readonly StaffRole[]): readonly StaffRole[] => {
  if (roles.length === 0) {
    throw new DomainError("VALIDATION_FAILED", "A member of staff needs a role.", {
      errors: [{ pointer: "/roles", detail: `must name one of ${STAFF_ROLES.join(", ")}` }],
    });
  }
  return STAFF_ROLES.filter((role) => roles.includes(role));
};
