import type { Command } from "@commander-js/extra-typings";
import { scanChain } from "@closebell/custody";
import { InvalidArgumentError } from "commander";
import type { Cli } from "../../cli.ts";
import { facts } from "../../output/table.ts";
import { onRecord } from "../../who/on-record.ts";
import { CHAIN, CHAIN_HELP, whichChain } from "./which-chain.ts";

const blockArgument = (text: string): bigint => {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError("Give a block's number, in digits.");
};

/** `chain scan`: reads a chain's deposits now. */
export const addScan = (chain: Command, cli: Cli): void => {
  chain
    .command("scan")
    .summary("read a chain's deposits now, or a range of blocks again")
    .description(
      "Reads deposits from where the last reading ended, or the blocks named, and moves each on. What was read before " +
        "counts once, so any range may be read again.",
    )
    .option(CHAIN, CHAIN_HELP)
    .option(
      "--from <block>",
      "the first block; default: where the last reading ended",
      blockArgument,
    )
    .option("--to <block>", "the last block; default: the newest", blockArgument)
    .action(({ chain: name, from, to }) =>
      cli.run(async (session) => {
        const { name: scanned } = whichChain(session.runtime.chains, name);
        const { by } = session;
        await onRecord(session, { action: "chain.scan", subject: `chain/${scanned}` });
        const result = await scanChain(session.runtime, { by, chain: scanned, from, to });
        return {
          json: { chain: scanned, ...result },
          text: facts([
            ["chain", scanned],
            ["blocks", `${result.from} to ${result.to}`],
            ["seen", String(result.seen)],
            ["confirmed", String(result.confirmed)],
            ["credited", String(result.credited)],
            ["below the minimum", String(result.suspended)],
            ["vanished", String(result.reorged)],
          ]),
        };
      }),
    );
};
