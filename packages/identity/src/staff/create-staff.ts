import { DomainError, type By } from "@closebell/context";
import { constraintOf, recordAudit, transact, type Work } from "@closebell/database";
import type { KeyDeps } from "../api-keys/key-deps.ts";
import { addEmail } from "../people/add-email.ts";
import { checkedEmail } from "../people/checked-email.ts";
import type { StaffRole } from "../roles.ts";
import { insertClaim, type ClaimToken } from "./claim-token.ts";
import { insertStaff } from "./insert-staff.ts";
import type { StaffMember } from "./staff-member.ts";

const giveEmail = async (
  work: Work,
  userId: string,
  email: string | undefined,
): Promise<string | undefined> => {
  if (email === undefined) return undefined;
  const address = checkedEmail(email);
  try {
    await addEmail(work.tx, { userId, email: address });
  } catch (error) {
    if (constraintOf(error) !== "email_unique") throw error;
    const detail = "belongs to another account";
    throw new DomainError("VALIDATION_FAILED", `${address} ${detail}.`, {
      errors: [{ pointer: "/email", detail }],
      cause: error,
    });
  }
  return address;
};

/**
 * Makes a member of staff, and a one-time token they trade for their API key: nobody else sees that. With an address they
 * can also sign in with a password, which they set as if they had forgotten one.
 * @throws DomainError HANDLE_TAKEN, VALIDATION_FAILED (also for an address that another account has)
 */
export const createStaff = (
  deps: KeyDeps,
  input: {
    readonly by: By;
    readonly handle: string;
    readonly roles: readonly StaffRole[];
    readonly email?: string | undefined;
  },
): Promise<{ readonly member: StaffMember; readonly claim: ClaimToken }> =>
  transact(deps, async (work) => {
    const { by } = input;
    const member = await insertStaff(deps, work, input);
    const email = await giveEmail(work, member.id, input.email);
    const claim = await insertClaim(deps, work, { by, userId: member.id });
    const after = { id: member.id, roles: member.roles, email };
    await recordAudit(work, { by, action: "staff.create", subject: member.handle, after });
    return { member, claim };
  });
