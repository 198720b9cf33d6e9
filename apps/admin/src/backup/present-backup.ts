import type { BackupFile } from "@closebell/database/embedded";
import type { BooksAudit } from "@closebell/runtime";
import type { Answer } from "../output/answer.ts";
import { EXIT } from "../output/exit-codes.ts";
import { facts } from "../output/table.ts";
import { auditJson } from "../present/audit.ts";

const verdictOf = (audit: BooksAudit | undefined): string => {
  if (audit === undefined) return "not verified";
  return audit.ok
    ? `started and audited: ${audit.checks.length} checks hold`
    : "started, but its books do NOT balance: `bun run admin audit` on a restored copy says where";
};

/** A backup made (`copied`: of which data folder) or restored, and what the audit of it found. */
export const backupAnswer = (
  where: { readonly path: string; readonly label: string; readonly copied?: string },
  file: BackupFile,
  audit: BooksAudit | undefined,
): Answer => ({
  json: {
    path: where.path,
    copied: where.copied,
    ...file,
    audit: audit === undefined ? null : auditJson(audit),
  },
  text: facts([
    ["copied", where.copied],
    [where.label, where.path],
    [
      "made",
      `${file.madeAt}, ${file.how === "hot" ? "while the service ran" : "while nothing ran"}`,
    ],
    ["size", `${(file.bytes / 2 ** 20).toFixed(1)} MiB in ${file.files} files`],
    ["PostgreSQL", file.postgres],
    ["verified", verdictOf(audit)],
  ]),
  exitCode: audit?.ok === false ? EXIT.refused : EXIT.ok,
});
