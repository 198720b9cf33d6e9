import { type Command, Option } from "@commander-js/extra-typings";
import { auditHead, auditLines } from "@closebell/database";
import { sealHead, sealLines } from "@closebell/ledger";
import { InvalidArgumentError } from "commander";
import type { Cli } from "../../cli.ts";
import { jsonLine } from "../../output/answer.ts";

const STREAMS = ["audit", "transfer"] as const;

const numberArgument = (text: string): bigint => {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError("Give the number of the last line you have.");
};

/** `audit export`: the record as JSON lines. */
export const addExport = (audit: Command, cli: Cli): void => {
  audit
    .command("export")
    .summary("the record as JSON lines, to keep elsewhere")
    .description(
      "Prints the audit log, or the sealed blocks of transfers, as JSON lines, oldest first, and last both heads. A line of " +
        "the audit log can be checked without the service: its hash is the SHA-256 of the hash before (as bytes) and its text.",
    )
    .addOption(new Option("--stream <stream>", "which record").choices(STREAMS).default("audit"))
    .addOption(
      new Option("--after <n>", "only what comes after this number")
        .argParser(numberArgument)
        // the help would write a bigint as JSON, which has none
        .default(0n, "0"),
    )
    .action(({ stream, after }) =>
      cli.run(async ({ runtime, terminal }) => {
        const lines = stream === "audit" ? auditLines : sealLines;
        for await (const line of lines(runtime, after)) terminal.data(jsonLine(line));
        const heads = {
          audit: await auditHead(runtime),
          transfer: await sealHead(runtime),
        };
        return { json: { heads }, text: jsonLine({ heads }) };
      }),
    );
};
