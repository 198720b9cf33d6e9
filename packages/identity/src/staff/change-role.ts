import { DomainError, type By } from "@closebell/context";
import { constraintOf, recordAudit, transact, type Deps, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { StaffRole } from "../roles.ts";
import { insertRoles } from "./insert-roles.ts";
import { lockStaff } from "./lock-staff.ts";
import { staffMember, type StaffMember } from "./staff-member.ts";

export interface ChangeRole {
  readonly by: By;
  /** Id or handle of a member of staff. */
  readonly member: string;
  readonly role: StaffRole;
}

const removeRole = async (work: Work, { by, role }: ChangeRole, id: string): Promise<void> => {
  await work.tx.execute(sql`
    update identity.user_role set revoked_at = identity.now(), revoked_by = ${by.actor.id}
    where user_id = ${id} and role = ${role} and revoked_at is null`);
};

const LAST_ADMIN = "Nobody else is an admin. Grant somebody else the role first.";

const refusals = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (constraintOf(error) !== "user_role_admin_left") throw error;
    throw new DomainError("FORBIDDEN", LAST_ADMIN, { cause: error });
  }
};

const change = (deps: Deps, input: ChangeRole, what: "grant" | "revoke"): Promise<StaffMember> =>
  transact(deps, async (work) => {
    const { by, role } = input;
    await lockStaff(work);
    const before = await staffMember(work.tx, input.member);
    if (before.id === by.actor.id) {
      throw new DomainError("FORBIDDEN", "Nobody changes their own roles. Ask another admin.");
    }
    if (before.roles.includes(role) === (what === "grant")) return before;
    if (what === "grant") await insertRoles(work, { by, userId: before.id, roles: [role] });
    else await removeRole(work, input, before.id);
    const after = await staffMember(work.tx, before.id);
    await recordAudit(work, {
      by,
      action: `staff.${what}`,
      subject: before.handle,
      before: { roles: before.roles },
      after: { roles: after.roles },
    });
    work.emit({ type: "credential.revoked", id: before.id });
    return after;
  });

/**
 * Gives a member of staff a role; one they have already is no change.
 * @throws DomainError USER_NOT_FOUND, FORBIDDEN (their own)
 */
export const grantRole = (deps: Deps, input: ChangeRole): Promise<StaffMember> =>
  change(deps, input, "grant");

/**
 * Takes a role from a member of staff; one they haven't is no change. What their credentials may do shrinks at once.
 * @throws DomainError USER_NOT_FOUND, FORBIDDEN (their own, or the last admin's)
 */
export const revokeRole = (deps: Deps, input: ChangeRole): Promise<StaffMember> =>
  refusals(change(deps, input, "revoke"));
