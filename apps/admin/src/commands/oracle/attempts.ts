import type { Command } from "@commander-js/extra-typings";
import { roundEvidence, type OracleAttempt } from "@closebell/rounds";
import type { Cli } from "../../cli.ts";
import { table, type Column } from "../../output/table.ts";
import { CODE, CODE_HELP } from "../operate.ts";
import { rawText } from "./raw.ts";

/** Attempts on a round's sources, one a line. */
export const ATTEMPT_COLUMNS: readonly Column<OracleAttempt>[] = [
  { title: "ASKED AT", of: ({ beganAt }) => beganAt.toString() },
  { title: "SOURCE", of: ({ source }) => source },
  { title: "PREVIOUS", of: ({ previousClose }) => previousClose ?? "-", right: true },
  { title: "CLOSE", of: ({ close }) => close ?? "-", right: true },
  { title: "CAME TO", of: ({ failure, detail }) => `${failure ?? "valid"}: ${detail}` },
];

/** `oracle attempts`: the evidence of a round. */
export const addAttempts = (oracle: Command, cli: Cli): void => {
  oracle
    .command("attempts")
    .description(
      "Every time a source was asked for a round's closes, the failed ones too: the last 500, oldest first.",
    )
    .requiredOption(CODE, CODE_HELP)
    .option("--raw", "print what was asked and what came back, word for word, with its hash")
    .action(({ code, raw }) =>
      cli.run(async ({ runtime, globals, terminal }) => {
        const items = await roundEvidence(runtime, { market: globals.market, code });
        const text = table(items, ATTEMPT_COLUMNS, {
          none: "No source was asked yet.",
          bold: (title) => terminal.bold(title),
        });
        const bodies = raw === true ? items.flatMap(rawText) : [];
        return { json: { items }, text: [text, ...bodies].join("\n\n") };
      }),
    );
};
