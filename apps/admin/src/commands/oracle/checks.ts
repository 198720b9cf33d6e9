import type { Command } from "@commander-js/extra-typings";
import { closeChecks, type CloseCheck } from "@closebell/rounds";
import type { Cli } from "../../cli.ts";
import type { Terminal } from "../../output/terminal.ts";
import { table, type Column } from "../../output/table.ts";
import { CODE, CODE_HELP } from "../operate.ts";

const cameTo = ({ failure, differs, changesOutcome, detail }: CloseCheck): string => {
  if (failure !== null) return `${failure}: ${detail}`;
  if (!differs) return detail;
  return `${changesOutcome ? "OTHER SIDE" : "DIFFERS"}: ${detail}`;
};

const COLUMNS: readonly Column<CloseCheck>[] = [
  { title: "READ AT", of: ({ endedAt }) => endedAt.toString() },
  { title: "SOURCE", of: ({ source }) => source },
  { title: "BY", of: ({ kind }) => kind },
  { title: "PREVIOUS", of: ({ previousClose }) => previousClose ?? "-", right: true },
  { title: "CLOSE", of: ({ close }) => close ?? "-", right: true },
  { title: "CAME TO", of: cameTo },
];

/** Checks of a round's closes, one a line. */
export const checksText = (checks: readonly CloseCheck[], terminal: Terminal): string =>
  table(checks, COLUMNS, {
    none: "No close was read again yet. That is done from 17:15 on the exchange's clock.",
    bold: (title) => terminal.bold(title),
  });

/** `oracle checks`: what sources said of a round's closes after it was settled. */
export const addChecks = (oracle: Command, cli: Cli): void => {
  oracle
    .command("checks")
    .description(
      "What sources said of a round's closes after it was settled: read again once they were final, and as the next " +
        "round's previous close.",
    )
    .requiredOption(CODE, CODE_HELP)
    .action(({ code }) =>
      cli.run(async ({ runtime, globals, terminal }) => {
        const items = await closeChecks(runtime, { market: globals.market, code });
        return { json: { items }, text: checksText(items, terminal) };
      }),
    );
};
