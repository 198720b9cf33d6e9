import type { SealState } from "@closebell/ledger";
import type { RecordVerdict } from "@closebell/runtime";
import { Counter, Gauge, type Registry } from "prom-client";

export interface RecordMetrics {
  sealed(state: SealState): void;
  verified(verdict: RecordVerdict): void;
}

/** Metrics of the record: how far transfers are sealed, and whether audit log and blocks are as they were written. */
export const createRecordMetrics = (registry: Registry): RecordMetrics => {
  const sealed = new Counter({
    name: "closebell_sealed_transfers_total",
    help: "Transfers this scheduler has sealed in blocks",
    registers: [registry],
  });
  const lag = new Gauge({
    name: "closebell_seal_lag_seconds",
    help: "Seconds since the seal last got further, while transfers wait for it; else 0",
    registers: [registry],
  });
  const findings = new Gauge({
    name: "closebell_record_findings",
    help: "What the last verification found wrong: rows and blocks edited, removed or slipped in",
    labelNames: ["stream"],
    registers: [registry],
  });
  return {
    sealed(state) {
      sealed.inc(state.sealed);
      lag.set(state.lagSeconds);
    },
    verified({ audit, transfers }) {
      findings.set({ stream: "audit" }, audit.findings.length);
      findings.set({ stream: "transfer" }, transfers.findings.length);
    },
  };
};
