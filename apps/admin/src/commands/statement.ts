import { accountStatement } from "@closebell/ledger";
import { CURSOR, CURSOR_HELP, LIMIT, LIMIT_HELP, limitArgument, pageOf } from "../input/page.ts";
import { usdc } from "../present/money.ts";
import { pageAnswer } from "../present/page.ts";
import type { AddCommand } from "../program.ts";

export const statementCommand: AddCommand = (program, cli) => {
  program
    .command("statement")
    .summary("an account's transfers")
    .description(
      "Lists the transfers of an account, newest first: user/<id>/available, round/ndx-20261123/settlement, house/fees, " +
        "custody/simulated, …",
    )
    .requiredOption("--account <code>", "which account")
    .option(LIMIT, LIMIT_HELP, limitArgument)
    .option(CURSOR, CURSOR_HELP)
    .action(({ account, ...options }) =>
      cli.run(async ({ runtime, terminal }) => {
        const page = await accountStatement(runtime, { code: account, ...pageOf(options) });
        return pageAnswer(page, {
          json: ({ id, amount, ...line }) => ({
            id: id.toString(),
            ...line,
            amountMicroUsdc: amount,
          }),
          columns: [
            { title: "POSTED", of: ({ postedAt }) => postedAt.toString() },
            { title: "AMOUNT USDC", of: ({ amount }) => usdc(amount), right: true },
            { title: "WITH", of: ({ counterpart }) => counterpart },
            { title: "PERIOD", of: ({ period }) => String(period) },
            { title: "FOR", of: ({ reference }) => reference },
          ],
          none: "No transfers.",
          terminal,
        });
      }),
    );
};
