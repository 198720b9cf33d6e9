import type { By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import type { KeyDeps } from "../api-keys/key-deps.ts";
import type { StaffRole } from "../roles.ts";
import { insertClaim, type ClaimToken } from "./claim-token.ts";
import { insertStaff } from "./insert-staff.ts";
import type { StaffMember } from "./staff-member.ts";

/**
 * Makes a member of staff, and a one-time token they trade for their API key: nobody else sees that.
 * @throws DomainError HANDLE_TAKEN, VALIDATION_FAILED
 */
export const createStaff = (
  deps: KeyDeps,
  input: { readonly by: By; readonly handle: string; readonly roles: readonly StaffRole[] },
): Promise<{ readonly member: StaffMember; readonly claim: ClaimToken }> =>
  transact(deps, async (work) => {
    const { by } = input;
    const member = await insertStaff(deps, work, input);
    const claim = await insertClaim(deps, work, { by, userId: member.id });
    const after = { id: member.id, roles: member.roles };
    await recordAudit(work, { by, action: "staff.create", subject: member.handle, after });
    return { member, claim };
  });
