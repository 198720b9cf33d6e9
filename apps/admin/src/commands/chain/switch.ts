import type { Command } from "@commander-js/extra-typings";
import { pauseWithdrawals, resumeWithdrawals } from "@closebell/custody";
import type { Cli } from "../../cli.ts";
import { facts } from "../../output/table.ts";
import { CHAIN, CHAIN_HELP, whichChain } from "./which-chain.ts";

const SWITCHES = [
  {
    name: "pause",
    verb: pauseWithdrawals,
    withdrawals: "paused",
    description:
      "Stops payments: nothing is approved, signed or sent until they are resumed. Requests are still taken, and what was " +
      "sent is still watched.",
  },
  {
    name: "resume",
    verb: resumeWithdrawals,
    withdrawals: "running",
    description: "Lets payments go on after a pause.",
  },
] as const;

/** `chain pause` and `chain resume`: the switch that stops all payments. */
export const addSwitch = (chain: Command, cli: Cli): void => {
  for (const { name, verb, withdrawals, description } of SWITCHES) {
    chain
      .command(name)
      .description(`${description} Needs --reason.`)
      .option(CHAIN, CHAIN_HELP)
      .action(({ chain: given }) =>
        cli.run(async (session) => {
          const { by } = session;
          const paid = whichChain(session.runtime.chains, given).name;
          await verb(session.runtime, { by, chain: paid });
          return {
            json: { chain: paid, withdrawals },
            text: facts([
              ["chain", paid],
              ["withdrawals", withdrawals],
            ]),
          };
        }),
      );
  }
};
