import { recordAudit, transact } from "@closebell/database";
import type { Session } from "../session.ts";

/** Puts on record who does something and why, before it is done, where that leaves no row of its own in the audit log. */
export const onRecord = (
  { runtime, by }: Session,
  entry: { readonly action: string; readonly subject: string },
): Promise<void> => transact(runtime, (work) => recordAudit(work, { by, ...entry }));

/** The same of whoever acts for a player. */
export const actingFor = (session: Session, userId: string): Promise<void> =>
  onRecord(session, { action: "user.acted-for", subject: `user/${userId}` });
