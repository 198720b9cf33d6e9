import { Option } from "@commander-js/extra-typings";
import { listMarkets, setMarketSources, SOURCE_RULES, type Market } from "@closebell/rounds";
import { listArgument, wholeNumber } from "../input/arguments.ts";
import { table } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { UsageError } from "../output/usage-error.ts";
import { digits, usdc } from "../present/money.ts";
import { sourcesText } from "../present/round.ts";
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
  toleranceBps: market.toleranceBps,
  auditSources: market.auditSources,
  rulesVersion: market.rulesVersion,
  createdAt: market.createdAt,
});

const marketsText = (markets: readonly Market[], terminal: Terminal): string =>
  table(
    markets,
    [
      { title: "MARKET", of: ({ code }) => code },
      { title: "NAME", of: ({ name }) => name },
      { title: "EXCHANGE", of: ({ exchange }) => exchange },
      { title: "FEE", of: ({ feeBps }) => `${feeBps / 100} %`, right: true },
      { title: "MIN USDC", of: ({ minStake }) => usdc(minStake), right: true },
      { title: "MAX USDC", of: ({ maxStake }) => usdc(maxStake), right: true },
      { title: "GRACE", of: (m) => `${m.graceMinutes} min, then ${m.onGraceEnd}` },
      { title: "SOURCES", of: sourcesText },
      { title: "AUDIT", of: ({ auditSources }) => auditSources.join(", ") || "-" },
    ],
    { none: "no markets: run migrate", bold: (title) => terminal.bold(title) },
  );

export const marketsCommand: AddCommand = (program, cli) => {
  const markets = program
    .command("markets")
    .summary("what is bet on, and by which rules; change its price sources")
    .description(
      "The markets and the rules their next rounds are scheduled by; the first is the default.",
    )
    .action(() =>
      cli.run(async ({ runtime, terminal }) => {
        const all = await listMarkets(runtime);
        return { json: { items: all.map(marketJson) }, text: marketsText(all, terminal) };
      }),
    );
  markets
    .command("set")
    .description(
      "Changes which price sources a market asks, and how their answers become a price. It counts for rounds that are " +
        "scheduled from now on; those that stand keep their rules. Audit sources count at once. Needs --reason.",
    )
    .option("--sources <list>", "name or name:SYMBOL, by commas, in order", listArgument)
    .addOption(
      new Option("--source-rule <rule>", "whose closes count where there are several").choices(
        SOURCE_RULES,
      ),
    )
    .option("--tolerance-bps <bps>", "how far apart closes that agree may be", wholeNumber(0, 1000))
    .option("--audit-sources <list>", "only asked again, a day later; none for none", listArgument)
    .action((options) =>
      cli.run(async (session) => {
        if (Object.keys(options).length === 0) {
          throw new UsageError("Say what to change: --sources, --source-rule, --tolerance-bps …");
        }
        const { by } = session;
        const { runtime, globals, terminal } = session;
        const market = await setMarketSources(runtime, { by, market: globals.market, ...options });
        return { json: marketJson(market), text: marketsText([market], terminal) };
      }),
    );
};
