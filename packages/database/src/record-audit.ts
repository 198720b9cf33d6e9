import type { By } from "@closebell/context";
import { sql } from "drizzle-orm";
import { jsonText } from "./json-text.ts";
import type { Work } from "./database.ts";

/** One thing done by hand or by a process of the service. */
export interface AuditEntry {
  readonly by: By;
  /** Noun and verb: "round.settle", "clock.move". */
  readonly action: string;
  /** What it was done to, as a person would name it: "NDX/20261120". */
  readonly subject: string;
  readonly before?: object;
  readonly after?: object;
}

const json = (value: object | undefined): string | null =>
  value === undefined ? null : jsonText(value);

/** Adds a row to the audit log, in the transaction of what it records. Bigints inside become strings of digits. */
export const recordAudit = async (work: Pick<Work, "tx">, entry: AuditEntry): Promise<void> => {
  const { actor, requestId, reason } = entry.by;
  await work.tx.execute(sql`
    insert into database.audit (actor, actor_name, action, subject, reason, request_id, before, after)
    values (${actor.id}, ${actor.name}, ${entry.action}, ${entry.subject}, ${reason ?? null}, ${requestId},
      ${json(entry.before)}::jsonb, ${json(entry.after)}::jsonb)`);
};
