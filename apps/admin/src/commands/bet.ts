import { Option } from "@commander-js/extra-typings";
import { getPlayer } from "@closebell/identity";
import { createBetIntake, type BetReceipt, type BetRequest } from "@closebell/rounds";
import type { Session } from "../session.ts";
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
import { digits, usdc } from "../present/money.ts";
import type { AddCommand } from "../program.ts";
import { actingFor } from "../who/on-record.ts";

const placeOne = async ({ runtime }: Session, request: BetRequest): Promise<BetReceipt> => {
  const intake = createBetIntake(runtime);
  try {
    return await intake.place(request);
  } finally {
    await intake.close();
  }
};

export const betCommand: AddCommand = (program, cli) => {
  program
    .command("bet")
    .summary("place a bet for a user")
    .description(
      "Places a bet for a user, on the round that is open or on the one --code names. It is final.",
    )
    .requiredOption("--user <id>", "who bets")
    .addOption(
      new Option("--side <side>", "what the close does")
        .choices(["UP", "DOWN"] as const)
        .makeOptionMandatory(),
    )
    .option(AMOUNT, AMOUNT_HELP, usdcArgument)
    .option(AMOUNT_MICRO, AMOUNT_MICRO_HELP, microUsdcArgument)
    .option("--code <YYYYMMDD>", "which round; default: the one open now")
    .option(
      "--key <key>",
      "idempotency key: sent again, it gives the first answer; default: a new one",
    )
    .action(({ user, side, code, key, ...amounts }) => {
      const stake = amountOf(amounts);
      return cli.run(async (session) => {
        const { runtime, globals } = session;
        const { id: userId } = await getPlayer(runtime, { userId: user });
        await actingFor(session, userId);
        const { by } = session;
        const { bet, replayed } = await placeOne(session, {
          by,
          userId,
          market: globals.market,
          roundCode: code,
          side,
          stake,
          idempotencyKey: key ?? by.requestId,
        });
        const { payout, stake: staked, ...rest } = bet;
        return {
          json: {
            ...rest,
            stakeMicroUsdc: digits(staked),
            payoutMicroUsdc: digits(payout),
            replayed,
          },
          text: facts([
            ["bet", bet.id],
            ["user", bet.userId],
            ["round", `${bet.market} ${bet.roundCode}`],
            ["side", bet.side],
            ["stake", `${usdc(staked)} USDC`],
            ["accepted", bet.acceptedAt.toString()],
            ["note", replayed ? "this key had placed it before" : undefined],
          ]),
        };
      });
    });
};
