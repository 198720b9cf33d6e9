import type { Deps } from "@closebell/database";
import { roundStatistics } from "@closebell/rounds";
import type { BooksAudit } from "@closebell/runtime";
import type { Pass } from "./pass.ts";
import type { SchedulerMetrics } from "./scheduler-metrics.ts";

export interface AuditDeps extends Deps {
  readonly audit: () => Promise<BooksAudit>;
}

const CALENDAR_WARNING_DAYS = 90;
const DAY_MS = 86_400_000;

/** Checks the books, and how far the calendar still reaches: below 90 days it says so once a day. */
export const auditPass = (deps: AuditDeps, metrics: SchedulerMetrics): Pass => {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return {
    name: "audit",
    async work(by, log) {
      const { ok, imbalanceMicroUsdc, checks } = await deps.audit();
      for (const check of checks) metrics.checked(check.name, check.ok);
      if (!ok) {
        const failed = checks.filter((check) => !check.ok);
        log.error(
          { imbalanceMicroUsdc, failed, requestId: by.requestId },
          "the books are wrong: see docs/runbooks/ledger-check-failing.md",
        );
      }
      const { calendarDaysLeft } = await roundStatistics(deps);
      const short = [...calendarDaysLeft].filter(([, days]) => days < CALENDAR_WARNING_DAYS);
      if (short.length === 0 || performance.now() - warnedAt < DAY_MS) return;
      warnedAt = performance.now();
      for (const [exchange, daysLeft] of short) {
        deps.log.warn(
          { exchange, daysLeft },
          "the calendar ends soon, and no round is made beyond it: see docs/runbooks/calendar-horizon.md",
        );
      }
    },
  };
};
