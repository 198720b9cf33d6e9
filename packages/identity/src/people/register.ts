import type { By } from "@closebell/context";
import { transact } from "@closebell/database";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { accountExistsLetter, registrationLetter } from "../mail/letters.ts";
import { putLetter } from "../mail/put-letter.ts";
import { ownerOf } from "./add-email.ts";
import { checkedEmail } from "./checked-email.ts";
import { checkedPassword } from "./checked-password.ts";
import { limitLetters } from "./limit-attempts.ts";
import { addMailToken } from "./mail-token.ts";

/**
 * Asks for an account. A token is mailed, with which `verifyEmail` makes it; the owner of an address that has an account is
 * told so by mail. The caller learns nothing of that, neither from the answer nor from the time it takes.
 * @throws DomainError VALIDATION_FAILED, RATE_LIMITED, OVERLOADED
 */
export const register = async (
  deps: IdentityDeps,
  input: {
    readonly by: By;
    readonly from: Client;
    readonly email: string;
    readonly password: string;
  },
): Promise<void> => {
  const email = checkedEmail(input.email);
  const password = checkedPassword(input.password);
  await limitLetters(deps, input.from, email);
  const passwordHash = await deps.passwords.hash(password);
  await transact(deps, async (work) => {
    const owner = await ownerOf(work.tx, email);
    const token = await addMailToken(deps, work, { purpose: "register", email, passwordHash });
    const { uri } = deps.auth.site;
    const letter =
      owner === undefined ? registrationLetter(email, uri, token) : accountExistsLetter(email, uri);
    await putLetter(deps, work, letter, "token");
  });
};
