import { DomainError, type By } from "@closebell/context";
import { type Deps, recordAudit, transact } from "@closebell/database";
import type { LetterDeps } from "../mail/put-letter.ts";
import { emailOf } from "../people/add-email.ts";
import { type Invited, mailClaim } from "./mail-claim.ts";
import { staffMember } from "./staff-member.ts";

/**
 * Mails a new one-time token to a member of staff who lost their API key, or let it expire; ends the token before it.
 * @throws DomainError USER_NOT_FOUND, FORBIDDEN where they have no address: whoever gave them one now could act in their name
 */
export const inviteStaff = (
  deps: Deps & LetterDeps,
  input: { readonly by: By; readonly member: string },
): Promise<Invited> =>
  transact(deps, async (work) => {
    const { by } = input;
    const member = await staffMember(work.tx, input.member);
    const email = await emailOf(work.tx, member.id);
    if (email === undefined) {
      throw new DomainError(
        "FORBIDDEN",
        `${member.handle} was hired without an address, so there is nowhere to send a token. Hire them anew, under another name.`,
      );
    }
    await recordAudit(work, {
      by,
      action: "staff.invite",
      subject: member.handle,
      after: { email },
    });
    return mailClaim(deps, work, { by, member, email });
  });
