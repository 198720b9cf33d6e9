import type { By } from "@closebell/context";
import { ensurePeriodsAhead, unlessLocked } from "@closebell/ledger";
import type { OracleDeps } from "./ask-source.ts";
import { lockDueRounds } from "./lock-due-rounds.ts";
import { openDueRounds } from "./open-due-rounds.ts";
import { scheduleRounds } from "./schedule-rounds.ts";
import { settleDueRounds } from "./settle-due-rounds.ts";
import { unlessBusy } from "./unless-busy.ts";

/** Codes of the rounds that one call moved on. */
export interface Advanced {
  readonly scheduled: readonly string[];
  readonly opened: readonly string[];
  readonly locked: readonly string[];
  /** Settled or voided. */
  readonly finished: readonly string[];
}

/**
 * Does whatever is due by `clock.now()`: schedules, opens, locks, settles and voids, however much was missed and however
 * often it is called. While another process is at it, it does nothing and returns undefined.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const advanceRounds = (
  deps: OracleDeps,
  input: { readonly by: By },
): Promise<Advanced | undefined> =>
  unlessBusy(deps, "rounds.advance", async () => {
    await ensurePeriodsAhead(deps);
    // rounds stand scheduled two sessions ahead: there is time to try again, and what is due now goes on
    const scheduled = (await unlessLocked(deps, () => scheduleRounds(deps))) ?? [];
    const opened = await openDueRounds(deps);
    const locked = await lockDueRounds(deps);
    const finished = await settleDueRounds(deps, input.by);
    const advanced = { scheduled, opened, locked, finished };
    if (Object.values(advanced).some((codes) => codes.length > 0)) {
      deps.log.info({ ...advanced, requestId: input.by.requestId }, "rounds advanced");
    }
    return advanced;
  });
