import type { Command } from "@commander-js/extra-typings";
import { auditLink, type Deps, type RecordFinding } from "@closebell/database";
import { sealedBlock } from "@closebell/ledger";
import { InvalidArgumentError } from "commander";
import type { Cli } from "../../cli.ts";
import { EXIT } from "../../output/exit-codes.ts";
import { table } from "../../output/table.ts";

/** The end of a record as it was once, kept where nobody who alters the database can reach. */
interface KeptHead {
  readonly stream: "audit" | "transfer";
  readonly n: bigint;
  readonly hash: string;
}

/** Reads `transfer:4711:<64 hex digits>`, as `audit verify` and `audit export` print heads. */
const headArgument = (text: string, before: readonly KeptHead[] = []): readonly KeptHead[] => {
  const [, stream, n = "", hash = ""] =
    /^(audit|transfer):([1-9]\d{0,17}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (stream === "audit" || stream === "transfer") {
    return [...before, { stream, n: BigInt(n), hash }];
  }
  throw new InvalidArgumentError(
    "Give it as it was printed: audit:<number>:<hash>, or transfer:<number>:<hash>.",
  );
};

const compare = async (
  deps: Pick<Deps, "database">,
  { stream, n, hash }: KeptHead,
): Promise<readonly RecordFinding[]> => {
  const now = await (stream === "audit" ? auditLink(deps, { n }) : sealedBlock(deps, { n }));
  if (now === hash) return [];
  const finding = now === undefined ? "gone since it was kept" : "another one than was kept";
  return [{ stream, n, finding }];
};

const lineOf = (stream: string, head: { n: bigint; hash: string } | null): string =>
  head === null ? `${stream}: nothing yet` : `${stream}:${head.n}:${head.hash}`;

/** `audit verify`: recomputes every hash of the record. */
export const addVerify = (audit: Command, cli: Cli): void => {
  audit
    .command("verify")
    .summary("find what was edited, removed or slipped in")
    .description(
      "Recomputes every hash of the audit log and of the sealed transfers, and prints their heads: keep those elsewhere, and " +
        "give them back with --head, which shows an end that was cut off or written anew. Ends with 1 where anything is not " +
        "as it was written.",
    )
    .option(
      "--head <stream:n:hash>",
      "a head kept elsewhere; may be given several times",
      headArgument,
    )
    .action(({ head: kept = [] }) =>
      cli.run(async ({ runtime, terminal }) => {
        const { audit: log, transfers } = await runtime.verifyRecord();
        const compared = await Promise.all(kept.map((one) => compare(runtime, one)));
        const findings = [...log.findings, ...transfers.findings, ...compared.flat()];
        const ok = findings.length === 0;
        const heads = { audit: log.head, transfer: transfers.head };
        const text = [
          table(
            findings,
            [
              { title: "RECORD", of: ({ stream }) => stream },
              { title: "N", of: ({ n }) => n?.toString() ?? "-", right: true },
              { title: "FOUND", of: ({ finding }) => finding },
            ],
            { none: "Everything is as it was written.", bold: (title) => terminal.bold(title) },
          ),
          `${log.count} links of the audit log, ${transfers.count} blocks of transfers; heads:`,
          lineOf("audit", heads.audit),
          lineOf("transfer", heads.transfer),
        ].join("\n");
        const counts = { audit: log.count, transfer: transfers.count };
        return {
          json: { ok, findings, counts, heads },
          text,
          exitCode: ok ? EXIT.ok : EXIT.refused,
        };
      }),
    );
};
