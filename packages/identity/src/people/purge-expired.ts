import { transact, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";

/** How long an ended session can still be looked at in the table; the audit log has it for ever. */
const SESSION_DAYS = 30;

/** Where there is a mail server every letter was sent or given up by then, and no token in one counts. */
const LETTER_HOURS = 48;

/** Removes tokens, nonces, sessions and letters that have not counted for a while; what they did is in the audit log. */
export const purgeExpired = (
  deps: Pick<Deps, "database" | "events" | "log">,
): Promise<{ readonly removed: number }> =>
  transact(deps, async (work) => {
    const before = sql`identity.now() - ${SESSION_DAYS} * interval '1 day'`;
    const gone = [
      await work.tx.execute(
        sql`delete from identity.mail_token where expires_at < identity.now() returning 1`,
      ),
      await work.tx.execute(
        sql`delete from identity.wallet_nonce where expires_at < identity.now() returning 1`,
      ),
      await work.tx.execute(sql`
        delete from identity.letter where created_at < identity.now() - ${LETTER_HOURS} * interval '1 hour' returning 1`),
      await work.tx.execute(
        sql`delete from identity.session where expires_at < ${before} or ended_at < ${before} returning 1`,
      ),
      // one of a live session, brought again however late, still tells of theft
      await work.tx.execute(sql`
        delete from identity.refresh_token token where expires_at < identity.now() and not exists (
          select from identity.session session where session.id = token.session_id
            and session.ended_at is null and session.expires_at > identity.now()) returning 1`),
    ];
    return { removed: gone.reduce((sum, rows) => sum + rows.length, 0) };
  });
