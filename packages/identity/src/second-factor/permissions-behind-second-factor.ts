import type { Principal } from "../principal.ts";
import { permissionsOf, type Permission } from "../roles.ts";

/** What the roles of a member of staff allow, and this session will once they have enrolled a second factor; empty for all others. */
export const permissionsBehindSecondFactor = ({
  actor,
  credential,
  roles,
  permissions,
}: Pick<Principal, "actor" | "credential" | "roles" | "permissions">): ReadonlySet<Permission> =>
  actor.kind === "staff" && credential.kind === "access-token"
    ? permissionsOf(roles).difference(permissions)
    : new Set();
