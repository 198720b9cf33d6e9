import type { Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { IdentityDeps } from "../identity-deps.ts";
import { seal } from "../secrets/seal.ts";
import type { Mail } from "./mailer.ts";

/** What it takes to put letters on their way. */
export type LetterDeps = Pick<IdentityDeps, "auth" | "ids" | "randomBytes">;

/** What letters are sealed for. */
export const LETTER_PURPOSE = "letter";

/** Somebody waits for a token, which does not count for long; word of what was done may come behind all of them. */
export type LetterKind = "token" | "notice";

const AHEAD_HOURS: Readonly<Record<LetterKind, number>> = { token: 24, notice: 0 };

/**
 * Puts a letter on its way, in the transaction of what it tells of; `deliverMail` sends it after the commit. With nobody to
 * write to (null) the same work is done, and nothing is sent: how long it takes tells nobody whether there is an account.
 */
export const putLetter = async (
  deps: LetterDeps,
  work: Pick<Work, "tx">,
  mail: Mail | null,
  kind: LetterKind,
): Promise<void> => {
  const { secret } = deps.auth;
  const sealed = seal({ ...deps, secret }, LETTER_PURPOSE, JSON.stringify(mail));
  await work.tx.execute(sql`
    insert into identity.letter (id, sealed, due_at)
    values (${deps.ids.uuid()}, ${sealed}, identity.now() - ${AHEAD_HOURS[kind]} * interval '1 hour')`);
};
