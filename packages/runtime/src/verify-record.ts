import { type Database, type RecordReport, verifyAudit } from "@closebell/database";
import { verifySeals } from "@closebell/ledger";

/** Whether the record of what was done is as it was written. */
export interface RecordVerdict {
  readonly ok: boolean;
  /** The audit log, link by link. */
  readonly audit: RecordReport;
  /** Transfers, block by block. */
  readonly transfers: RecordReport;
}

/**
 * Recomputes every hash of the audit log's chain and of the sealed blocks of transfers. Reads all of both, so a large
 * database needs a statement timeout to match.
 */
export const verifyRecord = async (deps: {
  readonly database: Database;
}): Promise<RecordVerdict> => {
  const audit = await verifyAudit(deps);
  const transfers = await verifySeals(deps);
  const ok = audit.findings.length === 0 && transfers.findings.length === 0;
  return { ok, audit, transfers };
};
