import type { ChainProblem } from "@closebell/custody";
import { Counter, Gauge, type Registry } from "prom-client";

/** What a chain was found to be like, and whether it holds what the books say. */
export interface ChainFigures {
  readonly chain: string;
  readonly differenceMicroUsdc: bigint;
  readonly latestBlock: bigint;
  readonly blocksBehind: number;
  readonly hotWalletMicroUsdc: bigint;
  /** How many more payments the hot wallet can pay the fees of, at today's. */
  readonly paymentsLeft: number;
}

export interface ChainMetrics {
  /** A pass over these chains that had these problems. */
  passed(chains: readonly string[], problems: readonly ChainProblem[]): void;
  found(figures: ChainFigures): void;
}

/** Parts of a pass without which nothing that came in is seen. */
const READING = "deposits";

export const createChainMetrics = (registry: Registry): ChainMetrics => {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ["chain"], registers: [registry] });
  const read = gauge(
    "closebell_chain_read_timestamp_seconds",
    "When this scheduler last read a chain's deposits without a problem",
  );
  const problems = new Counter({
    name: "closebell_chain_problems_total",
    help: "What a chain could not do, or said that can't be, by the part of the pass",
    labelNames: ["chain", "step"],
    registers: [registry],
  });
  const difference = gauge(
    "closebell_reserves_difference_micro_usdc",
    "What is on the chain less what should be; anything but 0 is an error",
  );
  const compared = gauge(
    "closebell_reserves_checked_timestamp_seconds",
    "When chain and books were last compared",
  );
  const latest = gauge("closebell_chain_latest_block", "The newest block the node has told");
  const behind = gauge("closebell_chain_blocks_behind", "Blocks not read for deposits yet");
  const hot = gauge("closebell_hot_wallet_micro_usdc", "What the hot wallet holds");
  const left = gauge(
    "closebell_hot_wallet_payments_left",
    "Payments whose fees the hot wallet can pay, at what they cost now",
  );
  return {
    passed(chains, found) {
      for (const { chain, step } of found) problems.inc({ chain, step });
      const unread = new Set(
        found.filter(({ step }) => step === READING).map(({ chain }) => chain),
      );
      for (const chain of chains) if (!unread.has(chain)) read.setToCurrentTime({ chain });
    },
    found({ chain, ...figures }) {
      difference.set({ chain }, Number(figures.differenceMicroUsdc));
      compared.setToCurrentTime({ chain });
      latest.set({ chain }, Number(figures.latestBlock));
      behind.set({ chain }, figures.blocksBehind);
      hot.set({ chain }, Number(figures.hotWalletMicroUsdc));
      left.set({ chain }, figures.paymentsLeft);
    },
  };
};
