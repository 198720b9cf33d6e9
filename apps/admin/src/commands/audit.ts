import { EXIT } from "../output/exit-codes.ts";
import { table } from "../output/table.ts";
import { auditJson } from "../present/audit.ts";
import { usdc } from "../present/money.ts";
import type { AddCommand } from "../program.ts";
import { addExport } from "./record/export.ts";
import { addLog } from "./record/log.ts";
import { addVerify } from "./record/verify.ts";

export const auditCommand: AddCommand = (program, cli) => {
  const audit = program
    .command("audit")
    .summary("check every invariant of the books; who did what by hand")
    .description(
      "Checks every invariant of the books in one snapshot: the ledger's, the rounds' and custody's. Ends with 1 where " +
        "one does not hold.",
    )
    .action(() =>
      cli.run(async ({ runtime, terminal }) => {
        const books = await runtime.audit();
        const text = table(
          books.checks,
          [
            { title: "CHECK", of: ({ name }) => name },
            { title: "OK", of: ({ ok }) => (ok ? "yes" : "NO") },
            { title: "OFF BY USDC", of: ({ imbalance }) => usdc(imbalance), right: true },
            { title: "FOUND", of: ({ detail }) => detail },
          ],
          { none: "no checks", bold: (title) => terminal.bold(title) },
        );
        const verdict = books.ok ? "The books balance." : "The books do NOT balance.";
        return {
          json: auditJson(books),
          text: `${text}\n${verdict}`,
          exitCode: books.ok ? EXIT.ok : EXIT.refused,
        };
      }),
    );
  for (const add of [addLog, addVerify, addExport]) add(audit, cli);
};
