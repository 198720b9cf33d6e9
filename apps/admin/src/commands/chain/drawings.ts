import { type Command, Option } from "@commander-js/extra-typings";
import { bookDrawings, listDrawings } from "@closebell/custody";
import { HOUSE } from "@closebell/ledger";
import type { Cli } from "../../cli.ts";
import { CURSOR, CURSOR_HELP, LIMIT, LIMIT_HELP, limitArgument, pageOf } from "../../input/page.ts";
import { table } from "../../output/table.ts";
import { DRAWING_COLUMNS } from "../../present/drawing.ts";
import { pageAnswer } from "../../present/page.ts";
import { CHAIN, CHAIN_HELP, whichChain } from "./which-chain.ts";

const ACCOUNTS = ["fees", "capital"] as const;

const addList = (chain: Command, cli: Cli): void => {
  chain
    .command("drawings")
    .description("Lists what the house's owner took out, newest first.")
    .option(LIMIT, LIMIT_HELP, limitArgument)
    .option(CURSOR, CURSOR_HELP)
    .action((options) =>
      cli.run(async ({ runtime, terminal }) =>
        pageAnswer(await listDrawings(runtime, pageOf(options)), {
          json: (drawing) => drawing,
          columns: DRAWING_COLUMNS,
          none: "No drawings.",
          terminal,
        }),
      ),
    );
};

/** `chain draw` and `chain drawings`: what the house's owner took out of a hot or cold wallet with its own key. */
export const addDrawings = (chain: Command, cli: Cli): void => {
  chain
    .command("draw")
    .summary("book what the house's owner took out of a wallet by hand")
    .description(
      "Books what the house's owner paid out of its hot or cold wallet, with the wallet's own key: all that the " +
        "transaction paid to addresses that are not ours, once its block is final. Takes two people. Needs --reason.",
    )
    .requiredOption("--tx <hash>", "the transaction that paid it")
    .addOption(
      new Option("--from <account>", "the account of the house it is taken out of")
        .choices(ACCOUNTS)
        .makeOptionMandatory(),
    )
    .option(CHAIN, CHAIN_HELP)
    .action(({ tx, from, chain: name }) =>
      cli.run(async ({ runtime, terminal, by }) => {
        const { name: paid } = whichChain(runtime.chains, name);
        const items = await bookDrawings(runtime, { by, chain: paid, tx, account: HOUSE[from] });
        const bold = (title: string) => terminal.bold(title);
        return { json: { items }, text: table(items, DRAWING_COLUMNS, { none: "", bold }) };
      }),
    );
  addList(chain, cli);
};
