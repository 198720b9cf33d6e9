import { type ChainTotals, chainTotals, custodyStatistics } from "@closebell/custody";
import type { Database } from "@closebell/database";
import type { GaugeKind, Reading } from "./gauge-kind.ts";
import { remembered } from "../remembered.ts";

const byState = (counts: Readonly<Record<string, number>>): readonly Reading[] =>
  Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }));

/** What waits in custody and what went wrong there, as the database has it; no chain is asked. */
export const custodyGauges = (deps: {
  readonly database: Database;
  readonly maxAgeMs: number;
}): readonly GaugeKind[] => {
  const statistics = remembered(() => custodyStatistics(deps), deps.maxAgeMs);
  const totals = remembered(() => chainTotals(deps), deps.maxAgeMs);
  const age = async (of: "oldestPendingDepositSeconds" | "oldestPendingWithdrawalSeconds") => [
    { labels: {}, value: (await statistics())[of] ?? 0 },
  ];
  const perChain = (name: string, help: string, of: (total: ChainTotals) => bigint | number) => ({
    name,
    help,
    labelNames: ["chain"],
    read: async () =>
      (await totals()).map((total) => ({ labels: { chain: total.chain }, value: of(total) })),
  });
  return [
    {
      name: "closebell_deposits",
      help: "Deposits by state, but those that are credited",
      labelNames: ["state"],
      read: async () => byState((await statistics()).deposits),
    },
    {
      name: "closebell_withdrawals",
      help: "Withdrawals by state, but those that are paid",
      labelNames: ["state"],
      read: async () => byState((await statistics()).withdrawals),
    },
    {
      name: "closebell_oldest_pending_deposit_seconds",
      help: "For how long the oldest deposit that is not credited yet has waited; 0 where none waits",
      labelNames: [],
      read: () => age("oldestPendingDepositSeconds"),
    },
    {
      name: "closebell_oldest_pending_withdrawal_seconds",
      help: "The same of withdrawals that are neither paid nor returned",
      labelNames: [],
      read: () => age("oldestPendingWithdrawalSeconds"),
    },
    perChain(
      "closebell_withdrawals_waiting_micro_usdc",
      "Withdrawals that are neither paid nor returned",
      ({ waitingMicroUsdc }) => waitingMicroUsdc,
    ),
    perChain(
      "closebell_withdrawals_paused",
      "1 where an operator has stopped payments, else 0",
      ({ paused }) => Number(paused),
    ),
    perChain(
      "closebell_reorg_loss_micro_usdc",
      "Credited deposits that have vanished, at the house's expense",
      ({ reorgLossMicroUsdc }) => reorgLossMicroUsdc,
    ),
    perChain(
      "closebell_backfill_deposits",
      "Deposits that only the daily second reading found",
      ({ foundLate }) => foundLate,
    ),
  ];
};
