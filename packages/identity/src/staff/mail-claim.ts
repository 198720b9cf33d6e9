import type { By } from "@closebell/context";
import type { Deps, Work } from "@closebell/database";
import { claimLetter } from "../mail/letters.ts";
import { putLetter } from "../mail/put-letter.ts";
import type { LetterDeps } from "../mail/put-letter.ts";
import { insertClaim } from "./claim-token.ts";
import type { StaffMember } from "./staff-member.ts";

/** A member of staff, and where the one-time token for their API key was sent. */
export interface Invited {
  readonly member: StaffMember;
  readonly email: string;
  /** Until when the token counts. */
  readonly expiresAt: Temporal.Instant;
}

/**
 * Mails a member of staff the one-time token for their API key; whoever hires or invites them never sees it, or could act in
 * their name.
 */
export const mailClaim = async (
  deps: Deps & LetterDeps,
  work: Pick<Work, "tx">,
  input: { readonly by: By; readonly member: StaffMember; readonly email: string },
): Promise<Invited> => {
  const { by, member, email } = input;
  const claim = await insertClaim(deps, work, { by, userId: member.id });
  await putLetter(deps, work, claimLetter(email, deps.auth.site.uri, claim), "token");
  return { member, email, expiresAt: claim.expiresAt };
};
