import { type Command, Option } from "@commander-js/extra-typings";
import { listDeposits, releaseDeposit } from "@closebell/custody";
import type { Cli } from "../../cli.ts";
import { CURSOR, CURSOR_HELP, LIMIT, LIMIT_HELP, limitArgument, pageOf } from "../../input/page.ts";
import { DEPOSIT_COLUMNS, DEPOSIT_STATES, depositText } from "../../present/deposit.ts";
import { pageAnswer } from "../../present/page.ts";

const addList = (deposits: Command, cli: Cli): void => {
  deposits
    .command("list", { isDefault: true })
    .description("Lists deposits, newest first.")
    .addOption(new Option("--state <state>", "only in this state").choices(DEPOSIT_STATES))
    .option("--user <id>", "only of this user")
    .option(LIMIT, LIMIT_HELP, limitArgument)
    .option(CURSOR, CURSOR_HELP)
    .action(({ state, user, ...options }) =>
      cli.run(async ({ runtime, terminal }) => {
        const input = { ...pageOf(options), state, userId: user };
        return pageAnswer(await listDeposits(runtime, input), {
          json: (deposit) => deposit,
          columns: DEPOSIT_COLUMNS,
          none: "No deposits.",
          terminal,
        });
      }),
    );
};

/** `chain deposits`: what came in, and what was too little to be credited by itself. */
export const addDeposits = (chain: Command, cli: Cli): void => {
  const deposits = chain
    .command("deposits")
    .summary("list deposits; release one that was below the minimum")
    .description("What came in for users.");
  addList(deposits, cli);
  deposits
    .command("release")
    .description("Credits a SUSPENDED deposit, below the minimum, to its user. Needs --reason.")
    .requiredOption("--id <deposit>", "which one")
    .action(({ id }) =>
      cli.run(async (session) => {
        const { by } = session;
        const deposit = await releaseDeposit(session.runtime, { by, depositId: id });
        return { json: deposit, text: depositText(deposit) };
      }),
    );
};
