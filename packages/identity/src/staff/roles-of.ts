import { instant, type Executor } from "@closebell/database";
import { and, eq, isNull } from "drizzle-orm";
import { bigint, pgSchema, text, uuid } from "drizzle-orm/pg-core";
import { ROLES, type Role, type StaffRole } from "../roles.ts";
import type { User } from "../user.ts";

/** `identity.user_role`: who gave which role to which member of staff, and who took it away. */
const userRoles = pgSchema("identity").table("user_role", {
  id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
  userId: uuid("user_id").notNull(),
  role: text("role").$type<StaffRole>().notNull(),
  grantedBy: uuid("granted_by").notNull(),
  grantedAt: instant("granted_at").notNull(),
  revokedBy: uuid("revoked_by"),
  revokedAt: instant("revoked_at"),
});

/** What a user is here now: a player, nothing (a process of the service), or the roles a member of staff was given. */
export const rolesOf = async (
  on: Executor,
  user: Pick<User, "id" | "kind">,
): Promise<readonly Role[]> => {
  if (user.kind !== "staff") return user.kind === "player" ? ["player"] : [];
  const rows = await on
    .select({ role: userRoles.role })
    .from(userRoles)
    .where(and(eq(userRoles.userId, user.id), isNull(userRoles.revokedAt)));
  const given = new Set<Role>(rows.map(({ role }) => role));
  return ROLES.filter((role) => given.has(role));
};
