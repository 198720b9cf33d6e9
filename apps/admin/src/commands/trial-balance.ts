import { snapshot } from "@closebell/database";
import { trialBalance } from "@closebell/ledger";
import { table } from "../output/table.ts";
import { usdc } from "../present/money.ts";
import type { AddCommand } from "../program.ts";

export const trialBalanceCommand: AddCommand = (program, cli) => {
  program
    .command("trial-balance")
    .summary("the books by class of account")
    .description("The books by class of account, of one moment. They sum to zero.")
    .action(() =>
      cli.run(async ({ runtime, terminal }) => {
        const lines = await snapshot(runtime, (tx) => trialBalance(tx));
        const total = lines.reduce((sum, { balance }) => sum + balance, 0n);
        return {
          json: {
            lines: lines.map(({ accounts, count, balance }) => ({
              accounts,
              count: Number(count),
              balanceMicroUsdc: balance,
            })),
            totalMicroUsdc: total,
          },
          text: table(
            [
              ...lines.map((line) => ({ ...line, count: String(line.count) })),
              { accounts: "together", count: "", balance: total },
            ],
            [
              { title: "ACCOUNTS", of: ({ accounts }) => accounts },
              { title: "COUNT", of: ({ count }) => count, right: true },
              { title: "BALANCE USDC", of: ({ balance }) => usdc(balance), right: true },
            ],
            { none: "no accounts", bold: (title) => terminal.bold(title) },
          ),
        };
      }),
    );
};
