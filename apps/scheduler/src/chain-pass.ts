import { SYSTEM_ACTORS } from "@closebell/context";
import { advanceChain, type CustodyDeps } from "@closebell/custody";
import type { ChainMetrics } from "./chain-metrics.ts";
import type { Pass } from "./pass.ts";

/** Takes in deposits and moves withdrawals on, on every chain. */
export const chainPass = (deps: CustodyDeps, metrics: ChainMetrics): Pass => ({
  name: "chain",
  actor: SYSTEM_ACTORS.chain,
  async work(by, log) {
    const { problems, ...moved } = await advanceChain({ ...deps, log }, { by });
    const real = deps.chains.filter((chain) => !chain.simulated).map(({ name }) => name);
    metrics.passed(real, problems);
    if (Object.values(moved).some((count) => count > 0)) {
      log.info({ ...moved, requestId: by.requestId }, "chain advanced");
    }
    // each was logged where it arose
    log.debug({ problems: problems.length }, "chain pass ended");
  },
});
