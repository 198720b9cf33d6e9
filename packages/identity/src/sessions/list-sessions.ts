import { reachable, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import { sessionColumns, sessionOf, type SessionRow } from "./session-row.ts";
import type { Session } from "./session.ts";

/** A user's sessions that can still be refreshed, newest first, 100 at most. */
export const listSessions = async (
  deps: Pick<Deps, "database">,
  input: { readonly userId: string },
): Promise<readonly Session[]> => {
  const { database } = deps;
  const rows = await reachable(database.url, () =>
    database.orm.execute<SessionRow>(sql`
      select ${sessionColumns()} from identity.session session
      where session.user_id = ${input.userId} and session.ended_at is null
        and exists (select from identity.refresh_token token
          where token.session_id = session.id and token.replaced_at is null and token.expires_at > identity.now())
      order by session.created_at desc, session.id desc limit 100`),
  );
  return rows.map(sessionOf);
};
