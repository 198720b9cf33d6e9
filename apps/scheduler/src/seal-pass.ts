import type { Deps } from "@closebell/database";
import { sealTransfers } from "@closebell/ledger";
import type { Pass } from "./pass.ts";
import type { RecordMetrics } from "./record-metrics.ts";

/** Seals the transfers committed since the last pass. */
export const sealPass = (deps: Deps, metrics: RecordMetrics): Pass => ({
  name: "seal",
  async work() {
    metrics.sealed(await sealTransfers(deps));
  },
});
