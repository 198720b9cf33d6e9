import type { Approval } from "@closebell/database";
import { facts } from "../output/table.ts";

/** An approval with its whole content, for people. */
export const approvalText = (approval: Approval): string =>
  facts([
    ["approval", approval.id],
    ["state", approval.state],
    ["what", `${approval.action} ${approval.subject}`],
    ["content", JSON.stringify(approval.content)],
    ["sha256", approval.contentHash],
    ["asked by", `${approval.requestedByName} at ${approval.requestedAt.toString()}`],
    ["why", approval.reason],
    ["until", approval.expiresAt.toString()],
    ["decided by", approval.decidedByName ?? undefined],
    ["because", approval.decidedReason ?? undefined],
  ]);
