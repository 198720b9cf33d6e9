import { randomBytes } from "node:crypto";
import { DomainError } from "@closebell/context";
import { recordDeposit } from "@closebell/custody";
import { getPlayer } from "@closebell/identity";
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
import { actingFor } from "../who/on-record.ts";

const newHash = (): string => `0x${randomBytes(32).toString("hex")}`;

export const depositCommand: AddCommand = (program, cli) => {
  program
    .command("deposit")
    .summary("let a simulated deposit arrive")
    .description(
      "Lets a deposit arrive at a user's address on the simulated chain. The same --tx and --log again is the same " +
        "deposit: it counts once. A real chain is believed by itself alone.",
    )
    .requiredOption("--user <id>", "whose deposit")
    .option(AMOUNT, AMOUNT_HELP, usdcArgument)
    .option(AMOUNT_MICRO, AMOUNT_MICRO_HELP, microUsdcArgument)
    .option("--tx <hash>", "its transaction; default: a new one")
    .option("--log <n>", "its place in the transaction; default 0", wholeNumber(0, 2 ** 31 - 1))
    .action(({ user, tx, log, ...amounts }) => {
      const amountMicroUsdc = amountOf(amounts);
      return cli.run(async (session) => {
        const { runtime } = session;
        const chain = runtime.chains.find(({ simulated }) => simulated);
        if (chain === undefined) {
          throw new DomainError(
            "SANDBOX_ONLY",
            "No simulated chain is configured: pay on a real one.",
          );
        }
        const { id: userId } = await getPlayer(runtime, { userId: user });
        await actingFor(session, userId);
        const { deposit, replayed } = await recordDeposit(runtime, {
          by: session.by,
          chain: chain.name,
          tx: tx ?? newHash(),
          log: log ?? 0,
          userId,
          amountMicroUsdc,
        });
        return {
          json: { ...deposit, simulated: true, replayed },
          text: facts([
            ["deposit", deposit.id],
            ["user", deposit.userId],
            ["amount", `${usdc(deposit.amountMicroUsdc)} USDC`],
            ["chain", deposit.chain],
            ["transaction", `${deposit.tx} log ${deposit.log}`],
            ["address", deposit.address],
            ["state", deposit.state],
            ["note", replayed ? "it was recorded before; nothing moved" : undefined],
          ]),
        };
      });
    });
};
