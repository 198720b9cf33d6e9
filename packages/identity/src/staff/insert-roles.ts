import type { By } from "@closebell/context";
import { texts, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { StaffRole } from "../roles.ts";

/** Gives roles to a member of staff, within a unit of work. Returns those they did not have before. */
export const insertRoles = async (
  work: Pick<Work, "tx">,
  input: { readonly by: By; readonly userId: string; readonly roles: readonly StaffRole[] },
): Promise<readonly StaffRole[]> => {
  const rows = await work.tx.execute<{ role: StaffRole }>(sql`
    insert into identity.user_role (user_id, role, granted_by, granted_at)
    select ${input.userId}, role, ${input.by.actor.id}, identity.now() from unnest(${texts(input.roles)}) as role
    on conflict (user_id, role) where revoked_at is null do nothing
    returning role`);
  return rows.map(({ role }) => role);
};
