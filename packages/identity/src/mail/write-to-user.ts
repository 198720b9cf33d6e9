import type { Work } from "@closebell/database";
import { emailOf } from "../people/add-email.ts";
import { type LetterDeps, putLetter } from "./put-letter.ts";

/** What somebody is told. Where they act on it is `auth.site.uri`. */
export interface Notice {
  /** One line. */
  readonly subject: string;
  readonly text: string;
}

/**
 * Puts a letter to a user on its way, in the unit of work of what it tells of: it is sent if that commits, and after it has.
 * Answers whether there was an address to write to: whoever signs in with a wallet alone has none.
 */
export const writeToUser = async (
  deps: LetterDeps,
  work: Pick<Work, "tx">,
  letter: Notice & { readonly userId: string },
): Promise<boolean> => {
  const { userId, subject, text } = letter;
  const to = await emailOf(work.tx, userId);
  if (to !== undefined) await putLetter(deps, work, { to, subject, text }, "notice");
  return to !== undefined;
};
