import type { BooksAudit } from "@closebell/runtime";

/** An audit as JSON: the verdict, by how much the worst check is off, and every check. */
export const auditJson = ({ ok, imbalanceMicroUsdc, checks }: BooksAudit) => ({
  ok,
  imbalanceMicroUsdc: imbalanceMicroUsdc.toString(),
  checks: checks.map((check) => ({
    name: check.name,
    ok: check.ok,
    imbalanceMicroUsdc: check.imbalance.toString(),
    detail: check.detail,
  })),
});
