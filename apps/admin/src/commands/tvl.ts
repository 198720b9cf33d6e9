import { tvl } from "@closebell/ledger";
import { usdc } from "../present/money.ts";
import type { AddCommand } from "../program.ts";

export const tvlCommand: AddCommand = (program, cli) => {
  program
    .command("tvl")
    .summary("total value locked")
    .description("What users and open rounds own: custody less what is the house's own.")
    .action(() =>
      cli.run(async ({ runtime }) => {
        const amount = await tvl(runtime);
        return { json: { tvlMicroUsdc: amount }, text: `${usdc(amount)} USDC` };
      }),
    );
};
