import { type By, DomainError } from "@closebell/context";
import { sql } from "drizzle-orm";
import { constraintOf } from "../errors.ts";
import { recordAudit } from "../record-audit.ts";
import type { Work } from "../database.ts";
import { type Deps, transact } from "../transact.ts";
import type { Approval } from "./approval.ts";
import { readApproval } from "./get-approval.ts";

/** A second person's word. Whether they may do such a thing at all is for the caller to look at before. */
export interface DecideApproval {
  readonly by: By;
  readonly approvalId: string;
  readonly decision: "approve" | "reject";
}

const decide = async (work: Work, input: DecideApproval): Promise<Approval> => {
  const { by, approvalId, decision } = input;
  const before = await readApproval(work.tx, approvalId);
  const [row] = await work.tx.execute<{ decided: boolean }>(sql`
    select database.decide_approval(${approvalId}::uuid, ${decision}, ${by.actor.id}::uuid, ${by.actor.name},
      ${by.reason ?? null}) as decided`);
  const after = await readApproval(work.tx, approvalId);
  if (row?.decided !== true) {
    throw new DomainError(
      "APPROVAL_STATE_CONFLICT",
      `Approval ${approvalId} is ${after.state}. Only an OPEN one can be decided about.`,
    );
  }
  await recordAudit(work, {
    by,
    action: `approval.${decision}`,
    subject: `approval/${approvalId}`,
    before: { state: before.state },
    after: { state: after.state, action: after.action, subject: after.subject },
  });
  return after;
};

/**
 * Approves or rejects what somebody else asked for.
 * @throws DomainError APPROVAL_NOT_FOUND, APPROVAL_STATE_CONFLICT (decided already, or expired), FORBIDDEN (one's own request)
 */
export const decideApproval = async (deps: Deps, input: DecideApproval): Promise<Approval> => {
  try {
    return await transact(deps, (work) => decide(work, input));
  } catch (error) {
    if (constraintOf(error) !== "approval_takes_two") throw error;
    throw new DomainError(
      "FORBIDDEN",
      `You asked for approval ${input.approvalId} yourself: somebody else has to decide about it.`,
      { cause: error },
    );
  }
};
