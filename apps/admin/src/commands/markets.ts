import { listMarkets, type Market } from "@closebell/rounds";
import { table } from "../output/table.ts";
import { digits, usdc } from "../present/money.ts";
import type { AddCommand } from "../program.ts";

const marketJson = (market: Market) => ({
  code: market.code,
  name: market.name,
  symbol: market.symbol,
  exchange: market.exchange,
  timezone: market.timezone,
  feeBps: market.feeBps,
  minStakeMicroUsdc: digits(market.minStake),
  maxStakeMicroUsdc: digits(market.maxStake),
  lockOffsetSeconds: market.lockOffsetSeconds,
  fetchDelayMinutes: market.fetchDelayMinutes,
  graceMinutes: market.graceMinutes,
  guardBps: market.guardBps,
  onGraceEnd: market.onGraceEnd,
  sources: market.sources,
  sourceRule: market.sourceRule,
  createdAt: market.createdAt,
});

export const marketsCommand: AddCommand = (program, cli) => {
  program
    .command("markets")
    .summary("what is bet on, and by which rules")
    .description(
      "The markets and the rules their next rounds are scheduled by; the first is the default.",
    )
    .action(() =>
      cli.run(async ({ runtime, terminal }) => {
        const markets = await listMarkets(runtime);
        return {
          json: { items: markets.map(marketJson) },
          text: table(
            markets,
            [
              { title: "MARKET", of: ({ code }) => code },
              { title: "NAME", of: ({ name }) => name },
              { title: "EXCHANGE", of: ({ exchange }) => exchange },
              { title: "FEE", of: ({ feeBps }) => `${feeBps / 100} %`, right: true },
              { title: "MIN USDC", of: ({ minStake }) => usdc(minStake), right: true },
              { title: "MAX USDC", of: ({ maxStake }) => usdc(maxStake), right: true },
              { title: "GRACE", of: (m) => `${m.graceMinutes} min, then ${m.onGraceEnd}` },
              { title: "SOURCES", of: (m) => `${m.sources.join(", ")} (${m.sourceRule})` },
            ],
            { none: "no markets: run migrate", bold: (title) => terminal.bold(title) },
          ),
        };
      }),
    );
};
