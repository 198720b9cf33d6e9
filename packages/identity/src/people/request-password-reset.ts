import type { By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { resetLetter } from "../mail/letters.ts";
import { putLetter } from "../mail/put-letter.ts";
import { fingerprint } from "../secrets/hash-secret.ts";
import { ownerOf } from "./add-email.ts";
import { checkedEmail } from "./checked-email.ts";
import { limitLetters } from "./limit-attempts.ts";
import { addMailToken } from "./mail-token.ts";

/**
 * Mails a token that sets a new password, if the address has an account; the caller can't tell whether it has. It is also how
 * a member of staff sets a first one.
 * @throws DomainError VALIDATION_FAILED, RATE_LIMITED, OVERLOADED
 */
export const requestPasswordReset = async (
  deps: IdentityDeps,
  input: { readonly by: By; readonly from: Client; readonly email: string },
): Promise<void> => {
  const email = checkedEmail(input.email);
  await limitLetters(deps, input.from, email);
  const { secret, site } = deps.auth;
  await transact(deps, async (work) => {
    const userId = await ownerOf(work.tx, email);
    const token = await addMailToken(deps, work, { purpose: "reset", email, userId });
    const letter = userId === undefined ? null : resetLetter(email, site.uri, token);
    await putLetter(deps, work, letter, "token");
    await recordAudit(work, {
      by: input.by,
      action: "password.ask-reset",
      subject: userId === undefined ? `unknown/${fingerprint(secret, email)}` : `user/${userId}`,
      after: { address: input.from.address },
    });
  });
};
