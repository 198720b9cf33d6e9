import type { Logger } from "@closebell/context";
import type { Database } from "@closebell/database";
import { imbalance, tvl } from "@closebell/ledger";
import { roundStatistics, settlingRounds, type BetIntake } from "@closebell/rounds";
import { Gauge, type Registry } from "prom-client";
import { custodyGauges } from "./custody-gauges.ts";
import type { GaugeKind, Reading } from "./gauge-kind.ts";
import { remembered } from "../remembered.ts";

export interface BusinessMetricsDeps {
  readonly database: Database;
  readonly intake: Pick<BetIntake, "waiting">;
  readonly registry: Registry;
  readonly log: Logger;
  readonly maxAgeMs: number;
}

// Adding up every account is the one reading whose cost grows, with the number of users: some 0.1 s for a million.
const IMBALANCE_MAX_AGE_MS = 300_000;

const byLabel = (name: string, values: ReadonlyMap<string, bigint | number>): Reading[] =>
  [...values].map(([label, value]) => ({ labels: { [name]: label }, value }));

const roundGauges = (deps: BusinessMetricsDeps): GaugeKind[] => {
  const statistics = remembered(() => roundStatistics(deps), deps.maxAgeMs);
  const bets = async (of: "bets" | "stakeMicroUsdc") =>
    (await statistics()).bets.map((row) => ({
      labels: { market: row.market, side: row.side, outcome: row.outcome ?? "OPEN" },
      value: row[of],
    }));
  const betLabels = ["market", "side", "outcome"];
  return [
    {
      name: "closebell_rounds",
      help: "Rounds by state",
      labelNames: ["market", "state"],
      read: async () =>
        (await statistics()).rounds.map(({ market, state, rounds }) => ({
          labels: { market, state },
          value: rounds,
        })),
    },
    {
      name: "closebell_bets",
      help: "Bets by side and outcome of their round",
      labelNames: betLabels,
      read: () => bets("bets"),
    },
    {
      name: "closebell_bet_volume_micro_usdc",
      help: "Stakes by side and outcome of their round",
      labelNames: betLabels,
      read: () => bets("stakeMicroUsdc"),
    },
    {
      name: "closebell_rounds_overdue",
      help: "Rounds that should be finished and are not",
      labelNames: ["market"],
      read: async () => byLabel("market", (await statistics()).overdue),
    },
    {
      name: "closebell_rounds_held",
      help: "Rounds that wait for an operator",
      labelNames: ["market"],
      read: async () => byLabel("market", (await statistics()).held),
    },
    {
      name: "closebell_close_differences",
      help: "Rounds of the last three days with a close that is no longer what they were settled on",
      labelNames: ["market", "source", "changes_outcome"],
      read: async () =>
        (await statistics()).closeDifferences.map((row) => ({
          labels: {
            market: row.market,
            source: row.source,
            changes_outcome: String(row.changesOutcome),
          },
          value: row.rounds,
        })),
    },
    {
      name: "closebell_calendar_days_left",
      help: "Days the calendar still knows",
      labelNames: ["exchange"],
      read: async () => byLabel("exchange", (await statistics()).calendarDaysLeft),
    },
  ];
};

const settlementGauges = (deps: BusinessMetricsDeps): GaugeKind[] => {
  const settling = remembered(() => settlingRounds(deps), deps.maxAgeMs);
  const read = async (of: "bets" | "paid") =>
    (await settling()).map(({ market, code, ...row }) => ({
      labels: { market, round: code },
      value: row[of],
    }));
  const labelNames = ["market", "round"];
  return [
    {
      name: "closebell_settlement_bets",
      help: "Bets to pay or refund, of rounds that are settling now",
      labelNames,
      read: () => read("bets"),
    },
    {
      name: "closebell_settlement_bets_paid",
      help: "Bets paid or refunded so far, of rounds that are settling now",
      labelNames,
      read: () => read("paid"),
    },
  ];
};

const moneyGauges = (deps: BusinessMetricsDeps): GaugeKind[] => {
  const total = remembered(() => tvl(deps), deps.maxAgeMs);
  const books = remembered(() => imbalance(deps), IMBALANCE_MAX_AGE_MS);
  return [
    {
      name: "closebell_tvl_micro_usdc",
      help: "What users and rounds own",
      labelNames: [],
      read: async () => [{ labels: {}, value: await total() }],
    },
    {
      name: "closebell_ledger_imbalance_micro_usdc",
      help: "Sum of all balances; anything but 0 is an error in the books",
      labelNames: [],
      read: async () => [{ labels: {}, value: await books() }],
    },
  ];
};

const register = ({ registry, log }: BusinessMetricsDeps, kind: GaugeKind): void => {
  // In one process with the scheduler, whoever comes first measures.
  if (registry.getSingleMetric(kind.name) !== undefined) return;
  const gauge = new Gauge({
    name: kind.name,
    help: kind.help,
    labelNames: [...kind.labelNames],
    registers: [registry],
    async collect() {
      this.reset();
      try {
        for (const { labels, value } of await kind.read()) this.set(labels, Number(value));
      } catch (err) {
        // Other metrics must be scraped all the same; one that is missing is an alert of its own.
        if (kind.labelNames.length === 0) gauge.remove();
        log.warn({ err, metric: kind.name }, "a metric could not be read");
      }
    },
  });
};

/** What the database and the bet intake know, read when somebody scrapes and kept for a few seconds. */
export const registerBusinessMetrics = (deps: BusinessMetricsDeps): void => {
  for (const kind of [
    ...roundGauges(deps),
    ...settlementGauges(deps),
    ...moneyGauges(deps),
    ...custodyGauges(deps),
  ])
    register(deps, kind);
  register(deps, {
    name: "closebell_bet_intake_waiting",
    help: "Bets that wait in this process for the batch in flight",
    labelNames: [],
    read: () => Promise.resolve([{ labels: {}, value: deps.intake.waiting() }]),
  });
};
