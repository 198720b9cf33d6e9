import { SYSTEM_ACTORS } from "@closebell/context";
import { type Chain, chainStatus, type CustodyDeps, reserves } from "@closebell/custody";
import type { Logger } from "@closebell/context";
import type { ChainMetrics } from "./chain-metrics.ts";
import type { Pass } from "./pass.ts";

/** Units of gas that a payment of a token takes, with a reserve. */
const GAS_OF_PAYMENT = 65_000n;
const MANY = 1_000_000n;

const paymentsLeft = async (chain: Chain, gasWei: bigint): Promise<number> => {
  const { maxFeePerGas } = await chain.fees();
  const cost = maxFeePerGas * GAS_OF_PAYMENT;
  const count = cost === 0n ? MANY : gasWei / cost;
  return Number(count < MANY ? count : MANY);
};

const compare = async (
  deps: CustodyDeps,
  chain: Chain,
  metrics: ChainMetrics,
  log: Logger,
): Promise<void> => {
  const status = await chainStatus(deps, { chain: chain.name });
  // a new chain: what nobody has read can't be compared, and the chain's own pass is at it
  if (status.cursor === null) return;
  const report = await reserves(deps, { chain: chain.name });
  metrics.found({
    chain: chain.name,
    differenceMicroUsdc: report.differenceMicroUsdc,
    latestBlock: status.latest.number,
    blocksBehind: status.blocksBehind,
    hotWalletMicroUsdc: status.hotWallet.balanceMicroUsdc,
    paymentsLeft: await paymentsLeft(chain, status.hotWallet.gasWei),
  });
  if (report.ok) return;
  const { block, onChainMicroUsdc, expectedMicroUsdc, differenceMicroUsdc } = report;
  log.error(
    {
      chain: chain.name,
      block: block.number,
      onChainMicroUsdc,
      expectedMicroUsdc,
      differenceMicroUsdc,
    },
    "the chain does not hold what the books say: see docs/runbooks/reserves-difference.md",
  );
};

/**
 * Compares what each real chain holds with the books, and looks how it stands. A chain that does not answer holds up no
 * other; the pass fails with its error.
 */
export const reservesPass = (deps: CustodyDeps, metrics: ChainMetrics): Pass => ({
  name: "reserves",
  actor: SYSTEM_ACTORS.chain,
  async work(_by, log) {
    const real = deps.chains.filter((chain) => !chain.simulated);
    const results = await Promise.allSettled(
      real.map((chain) => compare({ ...deps, log }, chain, metrics, log)),
    );
    for (const result of results) if (result.status === "rejected") throw result.reason;
  },
});
