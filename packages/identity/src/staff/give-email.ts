import { DomainError } from "@closebell/context";
import { constraintOf, type Work } from "@closebell/database";
import { addEmail } from "../people/add-email.ts";
import { checkedEmail } from "../people/checked-email.ts";

/**
 * Gives a new member of staff their address, which nobody changes afterwards; answers its normal form.
 * @throws DomainError VALIDATION_FAILED where it is none, or another account's
 */
export const giveEmail = async (
  work: Pick<Work, "tx">,
  userId: string,
  email: string,
): Promise<string> => {
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
