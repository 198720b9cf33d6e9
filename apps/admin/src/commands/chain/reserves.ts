import type { Command } from "@commander-js/extra-typings";
import { type Reserves, reserves } from "@closebell/custody";
import type { Cli } from "../../cli.ts";
import { EXIT } from "../../output/exit-codes.ts";
import { facts, table } from "../../output/table.ts";
import type { Terminal } from "../../output/terminal.ts";
import { usdc } from "../../present/money.ts";
import { CHAIN, CHAIN_HELP, whichChain } from "./which-chain.ts";

const money = (amount: bigint): string => `${usdc(amount)} USDC`;

const summary = (report: Reserves): string =>
  facts([
    ["chain", report.chain],
    ["block", `${report.block.number} ${report.block.hash}`],
    ["on the chain", money(report.onChainMicroUsdc)],
    ["in the books", money(report.ledgerMicroUsdc)],
    ["expected on the chain", money(report.expectedMicroUsdc)],
    ["difference", money(report.differenceMicroUsdc)],
    ["verdict", report.ok ? "covered: every unit is accounted for" : "DOES NOT ADD UP"],
  ]);

const textOf = (report: Reserves, terminal: Terminal): string => {
  const bold = (title: string) => terminal.bold(title);
  const items = table(
    report.items,
    [
      { title: "BETWEEN THE BOOKS AND THE CHAIN", of: ({ kind }) => kind },
      { title: "AMOUNT USDC", of: ({ amountMicroUsdc }) => usdc(amountMicroUsdc), right: true },
      { title: "FOR", of: ({ ref }) => ref },
      { title: "TRANSACTION", of: ({ tx }) => tx ?? "" },
    ],
    { none: "Nothing between the books and the chain.", bold },
  );
  const wallets = table(
    report.wallets,
    [
      { title: "ADDRESS", of: ({ address }) => address },
      { title: "PURPOSE", of: ({ purpose }) => purpose },
      { title: "USDC", of: ({ balanceMicroUsdc }) => usdc(balanceMicroUsdc), right: true },
    ],
    { none: "No address of ours holds anything.", bold },
  );
  return [summary(report), items, wallets].join("\n\n");
};

/** `chain reserves`: whether the chain holds what the books say, item by item. */
export const addReserves = (chain: Command, cli: Cli): void => {
  chain
    .command("reserves")
    .summary("compare what is on the chain with the books, item by item")
    .description(
      "Adds up what our addresses hold at the chain's last final block and compares it with the books, naming whatever " +
        "stands between the two. Ends with 1 where they differ.",
    )
    .option(CHAIN, CHAIN_HELP)
    .action(({ chain: name }) =>
      cli.run(async ({ runtime, terminal }) => {
        const report = await reserves(runtime, { chain: whichChain(runtime.chains, name).name });
        return {
          json: report,
          text: textOf(report, terminal),
          exitCode: report.ok ? EXIT.ok : EXIT.refused,
        };
      }),
    );
};
