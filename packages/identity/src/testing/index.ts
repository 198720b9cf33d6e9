import { randomBytes } from "node:crypto";
import { SYSTEM_ACTORS } from "@closebell/context";
import { transact, type Deps } from "@closebell/database";
import { insertApiKey } from "../api-keys/create-api-key.ts";
import { verifyApiKey } from "../api-keys/verify-api-key.ts";
import { createUser } from "../create-user.ts";
import type { Principal } from "../principal.ts";
import { STAFF_ROLES, type StaffRole } from "../roles.ts";
import { insertStaff } from "../staff/insert-staff.ts";

export { identityParts } from "./identity-parts.ts";

export * from "./sign-in-all.ts";
export { registered } from "./registered.ts";
export * from "./test-identity.ts";

/** Somebody with a credential, for tests and sandboxes. */
export interface Credentialed {
  readonly principal: Principal;
  /** For `Authorization: Bearer`; may do everything its owner may, except change credentials. */
  readonly apiKey: string;
}

const credentialed = async (deps: Deps, userId: string, name: string): Promise<Credentialed> => {
  const by = { actor: SYSTEM_ACTORS.migration, requestId: deps.ids.uuid(), reason: name };
  const { key } = await transact(deps, (work) =>
    insertApiKey({ ...deps, randomBytes }, work, { by, userId, name }),
  );
  return { principal: await verifyApiKey(deps, key), apiKey: key };
};

/** A member of staff with these roles, every role where none is named. `handle` must be free. */
export const staffWith = async (
  deps: Deps,
  roles: readonly StaffRole[] = STAFF_ROLES,
  handle: string = `staff-${deps.ids.uuid()}`,
): Promise<Credentialed> => {
  const by = { actor: SYSTEM_ACTORS.migration, requestId: deps.ids.uuid() };
  const member = await transact(deps, (work) => insertStaff(deps, work, { by, handle, roles }));
  return credentialed(deps, member.id, "test");
};

/** A player without money. */
export const playerWith = async (deps: Deps, handle?: string): Promise<Credentialed> => {
  const by = { actor: SYSTEM_ACTORS.migration, requestId: deps.ids.uuid() };
  const player = await createUser(deps, { by, handle });
  return credentialed(deps, player.id, "test");
};
