import type { By } from "@closebell/context";
import { type Deps, recordAudit, transact } from "@closebell/database";
import type { LetterDeps } from "../mail/put-letter.ts";
import type { StaffRole } from "../roles.ts";
import { giveEmail } from "./give-email.ts";
import { insertStaff } from "./insert-staff.ts";
import { type Invited, mailClaim } from "./mail-claim.ts";

/**
 * Makes a member of staff, and mails them a one-time token that they trade for their API key. They can also sign in with a
 * password, which they set as if they had forgotten one.
 * @throws DomainError HANDLE_TAKEN, VALIDATION_FAILED (also for an address that another account has)
 */
export const createStaff = (
  deps: Deps & LetterDeps,
  input: {
    readonly by: By;
    readonly handle: string;
    readonly roles: readonly StaffRole[];
    readonly email: string;
  },
): Promise<Invited> =>
  transact(deps, async (work) => {
    const { by } = input;
    const member = await insertStaff(deps, work, input);
    const email = await giveEmail(work, member.id, input.email);
    const after = { id: member.id, roles: member.roles, email };
    await recordAudit(work, { by, action: "staff.create", subject: member.handle, after });
    return mailClaim(deps, work, { by, member, email });
  });
