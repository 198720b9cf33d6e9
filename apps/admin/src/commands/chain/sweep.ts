import type { Command } from "@commander-js/extra-typings";
import { sweepChain } from "@closebell/custody";
import type { Cli } from "../../cli.ts";
import { facts } from "../../output/table.ts";
import { usdc } from "../../present/money.ts";
import { CHAIN, CHAIN_HELP, whichChain } from "./which-chain.ts";

/** `chain sweep`: gathers what lies on deposit addresses. */
export const addSweep = (chain: Command, cli: Cli): void => {
  chain
    .command("sweep")
    .summary("bring what lies on deposit addresses to the hot wallet now")
    .description(
      "Sends what lies on deposit addresses to the hot wallet, and what the hot wallet may not hold to the cold one, as " +
        "the scheduler does by itself. Needs the private keys, so it runs where the scheduler does.",
    )
    .option(CHAIN, CHAIN_HELP)
    .action(({ chain: name }) =>
      cli.run(async (session) => {
        const { name: swept } = whichChain(session.runtime.chains, name);
        const { by } = session;
        const result = await sweepChain(session.runtime, { by, chain: swept });
        return {
          json: { chain: swept, ...result },
          text: facts([
            ["chain", swept],
            ["addresses", String(result.swept)],
            ["on its way", `${usdc(result.amountMicroUsdc)} USDC`],
            ...result.left.map(({ address, reason }) => ["left", `${address}: ${reason}`] as const),
          ]),
        };
      }),
    );
};
