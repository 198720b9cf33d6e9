import { randomBytes } from "node:crypto";
import { DomainError, ownKey } from "@closebell/context";
import { requestWithdrawal, type Chain } from "@closebell/custody";
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
import { facts } from "../output/table.ts";
import { UsageError } from "../output/usage-error.ts";
import { usdc } from "../present/money.ts";
import type { AddCommand } from "../program.ts";
import { actingFor } from "../who/on-record.ts";

const chainOf = (chains: readonly Chain[]): Chain => {
  const [chain] = chains;
  if (chain === undefined) throw new DomainError("CHAIN_NOT_FOUND", "No chain is configured.");
  return chain;
};

/** Where no money exists behind a chain, any address will do. */
const madeUpAddress = (chain: Chain): string => {
  if (chain.simulated) return `0x${randomBytes(20).toString("hex")}`;
  throw new UsageError(`${chain.name} is a real chain: say where to pay, --to <address>.`);
};

export const withdrawCommand: AddCommand = (program, cli) => {
  program
    .command("withdraw")
    .summary("ask for a withdrawal of a user")
    .description(
      "Takes an amount out of what a user may bet and asks for its payment. The scheduler, or `advance`, sends it. On " +
        "the simulated chain a payment to an address that ends in `dead` is undone, and waits for `chain withdrawals`.",
    )
    .requiredOption("--user <id>", "whose money")
    .option(AMOUNT, AMOUNT_HELP, usdcArgument)
    .option(AMOUNT_MICRO, AMOUNT_MICRO_HELP, microUsdcArgument)
    .option("--to <address>", "where to pay; default on the simulated chain: a made-up address")
    .option("--key <key>", "idempotency key: sent again, it pays nothing again; default: a new one")
    .action(({ user, to, key, ...amounts }) => {
      const amountMicroUsdc = amountOf(amounts);
      return cli.run(async (session) => {
        const { runtime, attached } = session;
        const chain = chainOf(runtime.chains);
        const { id: userId } = await getPlayer(runtime, { userId: user });
        await actingFor(session, userId);
        const { by } = session;
        const { withdrawal, replayed } = await requestWithdrawal(runtime, {
          by,
          userId,
          chain: chain.name,
          to: to ?? madeUpAddress(chain),
          amountMicroUsdc,
          idempotencyKey: ownKey(by, userId, key ?? by.requestId),
        });
        const next = attached ? undefined : "the scheduler sends it, or `bun run admin advance`";
        return {
          json: { ...withdrawal, simulated: chain.simulated, replayed },
          text: facts([
            ["withdrawal", withdrawal.id],
            ["user", withdrawal.userId],
            ["amount", `${usdc(withdrawal.amountMicroUsdc)} USDC`],
            ["to", `${withdrawal.to} on ${chain.name}`],
            ["state", withdrawal.state],
            ["note", replayed ? "this key had asked for it before" : next],
          ]),
        };
      });
    });
};
