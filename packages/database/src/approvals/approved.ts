import { type By, DomainError } from "@closebell/context";
import { sql } from "drizzle-orm";
import { jsonText } from "../json-text.ts";
import { recordAudit } from "../record-audit.ts";
import type { Work } from "../database.ts";
import { transact, Undone } from "../transact.ts";

/** Something that takes two people. */
export interface TwoPersonAction {
  readonly by: By;
  /** Noun and verb: "round.settle". */
  readonly action: string;
  /** What it is done to, as a person would name it: "NDX/20261120". */
  readonly subject: string;
  /** The whole effect, values before it included. Bigints and instants inside become strings. */
  readonly content: object;
}

/** APPROVAL_REQUIRED, with the request that a second person has to decide about. */
export class ApprovalRequired extends DomainError {
  readonly approvalId: string;

  constructor(what: Pick<TwoPersonAction, "action" | "subject">, approvalId: string) {
    super(
      "APPROVAL_REQUIRED",
      `${what.action} of ${what.subject} takes two people. Ask somebody else who may do it to approve ${approvalId} ` +
        `(\`bun run admin approvals approve ${approvalId}\`) within 24 hours; then do the same again.`,
    );
    this.approvalId = approvalId;
  }
}

interface Asked extends Record<string, unknown> {
  readonly id: string;
  readonly asked: boolean;
}

const ask = async (work: Work, what: TwoPersonAction, reason: string): Promise<string> => {
  const { by, action, subject, content } = what;
  const [row] = await work.tx.execute<Asked>(sql`
    select id, asked from database.request_approval(${action}, ${subject}, ${jsonText(content)}::jsonb,
      ${by.actor.id}::uuid, ${by.actor.name}, ${reason}, ${by.requestId}::uuid)`);
  if (row === undefined) throw new Error("asking for an approval returned no row");
  if (row.asked) {
    const after = { action, subject, content };
    await recordAudit(work, {
      by,
      action: "approval.request",
      subject: `approval/${row.id}`,
      after,
    });
  }
  return row.id;
};

/**
 * Uses up, in this unit of work, the approval that a second person gave this actor for exactly this, and returns its id.
 * Where there is none, the unit of work is undone and the request recorded in one of its own, so the caller must do
 * nothing that outlives a rollback. Asking again for the same finds the same request.
 * @throws ApprovalRequired (APPROVAL_REQUIRED), DomainError VALIDATION_FAILED (no reason)
 */
export const approved = async (work: Work, what: TwoPersonAction): Promise<string> => {
  const reason = what.by.reason?.trim() ?? "";
  if (reason === "") {
    throw new DomainError("VALIDATION_FAILED", `${what.action} takes two people. Say why.`);
  }
  const [row] = await work.tx.execute<{ id: string | null }>(sql`
    select database.use_approval(${what.action}, ${what.subject}, ${jsonText(what.content)}::jsonb,
      ${what.by.actor.id}::uuid) as id`);
  if (row?.id != null) return row.id;
  throw new Undone(async (deps) => {
    const id = await transact(deps, (own) => ask(own, what, reason));
    return new ApprovalRequired(what, id);
  });
};
