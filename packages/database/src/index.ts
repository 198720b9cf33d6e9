export { APPROVAL_STATES, type Approval, type ApprovalState } from "./approvals/approval.ts";
export * from "./approvals/approved.ts";
export * from "./approvals/decide-approval.ts";
export { getApproval } from "./approvals/get-approval.ts";
export * from "./approvals/list-approvals.ts";
export * from "./approvals/with-consent.ts";
export * from "./arrays.ts";
export * from "./audit-table.ts";
export { clockOffset } from "./clock-offset.ts";
export * from "./clock.ts";
export * from "./columns.ts";
export * from "./create-database.ts";
export * from "./database.ts";
export {
  constraintOf,
  databaseUnavailable,
  isRetryable,
  isLockTimeout,
  isStatementTimeout,
  reachable,
  sqlStateOf,
} from "./errors.ts";
export * from "./forget-answers.ts";
export * from "./export-audit.ts";
export * from "./heartbeat.ts";
export * from "./join-work.ts";
export * from "./list-audit.ts";
export * from "./migrate.ts";
export type { MigrationSet } from "./migration-set.ts";
export * from "./migrations.ts";
export * from "./move-clock.ts";
export * from "./once.ts";
export * from "./open-database.ts";
export * from "./pending-migrations.ts";
export * from "./record-audit.ts";
export * from "./roles.ts";
export * from "./snapshot.ts";
export * from "./transact.ts";
export * from "./verify-audit.ts";
