import { sql } from "drizzle-orm";
import { jsonb, pgSchema, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "../columns.ts";

/** `database.approval`: what takes two people. Only the database's own functions write it. */
export const approvals = pgSchema("database").table("approval", {
  id: uuid("id").primaryKey(),
  action: text("action").notNull(),
  subject: text("subject").notNull(),
  content: jsonb("content").notNull(),
  requestedBy: uuid("requested_by").notNull(),
  requestedByName: text("requested_by_name").notNull(),
  reason: text("reason").notNull(),
  requestedAt: instant("requested_at").notNull(),
  expiresAt: instant("expires_at").notNull(),
  decision: text("decision"),
  decidedBy: uuid("decided_by"),
  decidedByName: text("decided_by_name"),
  decidedReason: text("decided_reason"),
  decidedAt: instant("decided_at"),
  usedAt: instant("used_at"),
});

/** Where an approval stands: only an APPROVED one lets its requester do what was asked, once. */
export const APPROVAL_STATES = ["OPEN", "APPROVED", "REJECTED", "USED", "EXPIRED"] as const;

export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** Where an approval stands at `clock.now()`. */
export const stateSql = sql<ApprovalState>`case
  when ${approvals.usedAt} is not null then 'USED'
  when ${approvals.decision} = 'reject' then 'REJECTED'
  when ${approvals.expiresAt} <= clock.now() then 'EXPIRED'
  when ${approvals.decision} = 'approve' then 'APPROVED'
  else 'OPEN' end`;

/** What is read of an approval. `contentHash` is the SHA-256, in hex, of the content as PostgreSQL's jsonb prints it. */
export const approvalColumns = {
  id: approvals.id,
  /** Noun and verb: "round.settle". */
  action: approvals.action,
  /** What it is done to, as a person would name it: "NDX/20261120". */
  subject: approvals.subject,
  /** The whole effect, as JSON; amounts are strings of digits. */
  content: approvals.content,
  contentHash: sql<string>`encode(database.approval.content_hash, 'hex')`,
  state: stateSql,
  requestedBy: approvals.requestedBy,
  requestedByName: approvals.requestedByName,
  reason: approvals.reason,
  requestedAt: approvals.requestedAt,
  expiresAt: approvals.expiresAt,
  decidedBy: approvals.decidedBy,
  decidedByName: approvals.decidedByName,
  decidedReason: approvals.decidedReason,
  decidedAt: approvals.decidedAt,
  usedAt: approvals.usedAt,
};

/** One request for a second person's consent, and what became of it. */
export interface Approval {
  readonly id: string;
  readonly action: string;
  readonly subject: string;
  readonly content: unknown;
  readonly contentHash: string;
  readonly state: ApprovalState;
  readonly requestedBy: string;
  readonly requestedByName: string;
  readonly reason: string;
  readonly requestedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  readonly decidedBy: string | null;
  readonly decidedByName: string | null;
  readonly decidedReason: string | null;
  readonly decidedAt: Temporal.Instant | null;
  readonly usedAt: Temporal.Instant | null;
}
