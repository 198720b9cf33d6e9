import { isUuid } from "@closebell/context";
import { correctTransfer } from "@closebell/ledger";
import { InvalidArgumentError } from "commander";
import {
  AMOUNT,
  AMOUNT_HELP,
  AMOUNT_MICRO,
  AMOUNT_MICRO_HELP,
  amountOf,
  microUsdcArgument,
  usdcArgument,
} from "../input/amount.ts";
import { wholeNumber } from "../input/arguments.ts";
import { facts } from "../output/table.ts";
import { usdc } from "../present/money.ts";
import type { AddCommand } from "../program.ts";

/** Reads `payout/<id>`, as statements print it. */
const transferArgument = (text: string): { readonly kind: string; readonly ref: string } => {
  const [kind = "", ref = "", ...rest] = text.split("/");
  if (rest.length === 0 && /^[a-z-]+$/.test(kind) && isUuid(ref)) return { kind, ref };
  throw new InvalidArgumentError("Name it as `statement` does: payout/<id>.");
};

export const correctCommand: AddCommand = (program, cli) => {
  program
    .command("correct")
    .summary("reverse a transfer, or part of it")
    .description(
      "Reverses an amount of a transfer by a new transfer that names it; the books are only ever added to. Needs " +
        "--reason. `statement` shows transfers, what they are for and their period.",
    )
    .requiredOption("--transfer <kind/id>", "which transfer", transferArgument)
    .requiredOption("--period <YYYYMM>", "its period", wholeNumber(190_001, 299_912))
    .option(AMOUNT, AMOUNT_HELP, usdcArgument)
    .option(AMOUNT_MICRO, AMOUNT_MICRO_HELP, microUsdcArgument)
    .action(({ transfer, period, ...amounts }) => {
      const amount = amountOf(amounts);
      return cli.run(async (session) => {
        const { by } = session;
        const key = { ...transfer, period };
        const { ref, from, to } = await correctTransfer(session.runtime, {
          by,
          transfer: key,
          amount,
        });
        return {
          json: { correction: `correction/${ref}`, from, to, amountMicroUsdc: amount },
          text: facts([
            ["correction", `correction/${ref}`],
            ["of", `${transfer.kind}/${transfer.ref}`],
            ["from", from],
            ["to", to],
            ["amount", `${usdc(amount)} USDC`],
          ]),
        };
      });
    });
};
