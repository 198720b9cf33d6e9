import { sql, type SQL } from "drizzle-orm";
import type { Session } from "./session.ts";

/** A row of `identity.session`, as a `Session` has it. */
export type SessionRow = Session & Record<string, unknown>;

/** The columns of `identity.session`, named as in `Session`. */
export const sessionColumns = (): SQL => sql`
  session.id, session.user_id as "userId", session.method, session.second_factor as "secondFactor", session.address,
  session.user_agent as "userAgent", session.created_at as "createdAt", session.refreshed_at as "refreshedAt",
  session.expires_at as "expiresAt"`;

/** The `Session` in a row that may hold more. */
export const sessionOf = (row: SessionRow): Session => ({
  id: row.id,
  userId: row.userId,
  method: row.method,
  secondFactor: row.secondFactor,
  address: row.address,
  userAgent: row.userAgent,
  createdAt: row.createdAt,
  refreshedAt: row.refreshedAt,
  expiresAt: row.expiresAt,
});
