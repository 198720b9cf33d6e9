import { creditUser, refusePlayMoney } from "@closebell/custody";
import { createUser } from "@closebell/identity";
import { parseUsdc } from "@closebell/money";
import {
  AMOUNT,
  AMOUNT_MICRO,
  AMOUNT_MICRO_HELP,
  amountOf,
  microUsdcArgument,
  usdcArgument,
} from "../input/amount.ts";
import { wholeNumber } from "../input/arguments.ts";
import { table } from "../output/table.ts";
import { usdc } from "../present/money.ts";
import type { AddCommand } from "../program.ts";

const DEFAULT = parseUsdc("1000");

export const seedCommand: AddCommand = (program, cli) => {
  program
    .command("seed")
    .summary("create players with play money")
    .description(
      "Creates players and credits each with play money out of house/capital. Only while every chain is simulated.",
    )
    .requiredOption("--users <n>", "how many, up to 10000", wholeNumber(1, 10_000))
    .option(AMOUNT, "for each, in USDC (default 1000)", usdcArgument)
    .option(AMOUNT_MICRO, AMOUNT_MICRO_HELP, microUsdcArgument)
    .action(({ users, amount, amountMicro }) => {
      const none = amount === undefined && amountMicro === undefined;
      const amountMicroUsdc = amountOf({ amount: none ? DEFAULT : amount, amountMicro });
      return cli.run(async (session) => {
        const { runtime, terminal, signal } = session;
        refusePlayMoney(runtime.chains);
        const { by } = session;
        const progress = session.progress("players");
        const items: { userId: string; availableMicroUsdc: bigint }[] = [];
        try {
          for (let n = 1; n <= users && !signal.aborted; n += 1) {
            const { id: userId } = await createUser(runtime, { by });
            const credit = { by, userId, amountMicroUsdc, idempotencyKey: "seed" };
            await creditUser(runtime, credit);
            items.push({ userId, availableMicroUsdc: amountMicroUsdc });
            progress.update(n, users);
          }
        } finally {
          progress.end();
        }
        return {
          json: { items },
          text: table(
            items,
            [
              { title: "USER", of: ({ userId }) => userId },
              {
                title: "AVAILABLE USDC",
                of: ({ availableMicroUsdc }) => usdc(availableMicroUsdc),
                right: true,
              },
            ],
            { none: "nobody", bold: (title) => terminal.bold(title) },
          ),
        };
      });
    });
};
