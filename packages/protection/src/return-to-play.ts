import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import { getPlayer, type LetterDeps, writeToUser } from "@closebell/identity";
import { sql } from "drizzle-orm";
import { reasonOf } from "./block-user.ts";
import { protectionOf, type Protection } from "./protection-of.ts";
import { unlessAccountBusy } from "./unless-account-busy.ts";

interface ReturnRow extends Record<string, unknown> {
  readonly refused: boolean;
  /** Whether it was asked for now. */
  readonly asked: boolean;
  readonly overAt: Temporal.Instant | null;
}

/** So that a player learns of a word that was not his, or thinks better of his own, while it can be taken back. */
const returnLetter = (userId: string, site: string, overAt: Temporal.Instant) => ({
  userId,
  subject: "You can play again at Closebell in a day",
  text: `It was written down at ${site} that you asked, by telephone or in person, to play again. You can from
${overAt.toString()} on (UTC), and not before.

If you did not ask, or have thought better of it, exclude yourself once more at ${site}: that counts at once.
`,
});

/**
 * Writes down that a self-excluded player asked to play again: his exclusion is over 24 hours from now, and until he asks it
 * outlasts its term (UKGC LCCP, ordinary code 3.5.4, 5e and 5f). He asks by telephone or in person, as the code says, so
 * staff write it down, and say in `by` how he asked; not before the term is over, and never where he is out for good. He is
 * written to. Asked for again it is not put off; without an exclusion it changes nothing.
 * @throws DomainError USER_NOT_FOUND, VALIDATION_FAILED without a reason, RESTRICTION_STANDS, OVERLOADED
 */
export const returnToPlay = async (
  deps: Deps & LetterDeps,
  input: { readonly by: By; readonly userId: string },
): Promise<Protection> => {
  const { by } = input;
  reasonOf(by);
  const { id } = await getPlayer(deps, input);
  await unlessAccountBusy(() =>
    transact(deps, async (work) => {
      const [row] = await work.tx.execute<ReturnRow>(sql`
        select r.refused, r.asked, r.over_at as "overAt"
        from protection.return_to_play(${id}::uuid, ${by.actor.id}::uuid) r`);
      if (row?.refused === true) {
        throw new DomainError(
          "RESTRICTION_STANDS",
          "The term of a self-exclusion is not over. Ask again when it is; one for good stays.",
        );
      }
      if (row?.asked !== true || row.overAt === null) return;
      await recordAudit(work, {
        by,
        action: "user.return",
        subject: `user/${id}`,
        after: { overAt: row.overAt },
      });
      await writeToUser(deps, work, returnLetter(id, deps.auth.site.uri, row.overAt));
    }),
  );
  return protectionOf(deps, { userId: id });
};
