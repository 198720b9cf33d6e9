import type { By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import type { KeyDeps } from "../api-keys/key-deps.ts";
import { insertClaim, type ClaimToken } from "./claim-token.ts";
import { staffMember, type StaffMember } from "./staff-member.ts";

/**
 * A new one-time token for a member of staff who lost their API key, or let it expire; ends the token before it.
 * @throws DomainError USER_NOT_FOUND
 */
export const inviteStaff = (
  deps: KeyDeps,
  input: { readonly by: By; readonly member: string },
): Promise<{ readonly member: StaffMember; readonly claim: ClaimToken }> =>
  transact(deps, async (work) => {
    const { by } = input;
    const member = await staffMember(work.tx, input.member);
    const claim = await insertClaim(deps, work, { by, userId: member.id });
    await recordAudit(work, { by, action: "staff.invite", subject: member.handle });
    return { member, claim };
  });
