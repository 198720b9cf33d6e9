import type { Deps } from "@closebell/database";
import type { RecordVerdict } from "@closebell/runtime";
import type { Pass } from "./pass.ts";
import type { RecordMetrics } from "./record-metrics.ts";

export interface RecordPassDeps extends Deps {
  readonly verifyRecord: () => Promise<RecordVerdict>;
}

/** Recomputes the hashes of the audit log and of the sealed transfers. */
export const recordPass = (deps: RecordPassDeps, metrics: RecordMetrics): Pass => ({
  name: "record",
  async work(by, log) {
    const verdict = await deps.verifyRecord();
    metrics.verified(verdict);
    if (verdict.ok) return;
    const found = [...verdict.audit.findings, ...verdict.transfers.findings];
    log.error(
      { findings: found.slice(0, 20), requestId: by.requestId },
      "the record was tampered with: see docs/runbooks/record-altered.md",
    );
  },
});
