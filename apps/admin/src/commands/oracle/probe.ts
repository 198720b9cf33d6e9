import type { Command } from "@commander-js/extra-typings";
import { probeSources, type Probe } from "@closebell/rounds";
import type { Cli } from "../../cli.ts";
import { dateArgument } from "../../input/arguments.ts";
import { table } from "../../output/table.ts";
import { rawText } from "./raw.ts";

const verdictText = ({ verdict, market }: Probe): string => {
  switch (verdict.kind) {
    case "prices":
      return `${market} would settle on ${verdict.source}: ${verdict.previousClose}, then ${verdict.close}.`;
    case "guard":
      return `${market} would be held: ${verdict.source} says ${verdict.previousClose}, then ${verdict.close}, a move above its guard.`;
    case "none":
      return `${market} would wait: there is no valid price.`;
  }
};

/** `oracle probe`: what every source of a market says of a session. */
export const addProbe = (oracle: Command, cli: Cli): void => {
  oracle
    .command("probe")
    .description(
      "Asks every source of the market, those that only audit too, for the close of a session and of the one before, " +
        "and says what its rule would make of the answers. Writes nothing down.",
    )
    .requiredOption("--date <YYYY-MM-DD>", "which session", dateArgument)
    .option("--raw", "print what came back, word for word")
    .action(({ date, raw }) =>
      cli.run(async ({ runtime, globals, terminal }) => {
        const probe = await probeSources(runtime, { market: globals.market, date });
        const sources = table(
          probe.sources,
          [
            { title: "SOURCE", of: ({ source }) => source },
            { title: "FOR", of: ({ audit }) => (audit ? "audit" : "settling") },
            { title: probe.previousDate, of: (one) => one.previousClose ?? "-", right: true },
            { title: probe.date, of: (one) => one.close ?? "-", right: true },
            { title: "TOOK", of: ({ milliseconds }) => `${milliseconds} ms`, right: true },
            { title: "CAME TO", of: ({ failure, detail }) => `${failure ?? "valid"}: ${detail}` },
          ],
          { none: "The market has no source.", bold: (title) => terminal.bold(title) },
        );
        const bodies = raw === true ? probe.sources.flatMap(rawText) : [];
        return {
          json: probe,
          text: [sources, verdictText(probe), ...bodies].join("\n\n"),
        };
      }),
    );
};
