import type { Work } from "@closebell/database";
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { readCalendar } from "./exchange-calendar.ts";
import { listMarketsOf } from "./markets.ts";
import { planRound } from "./plan-round.ts";
import { round } from "./schema.ts";
import { takeFence } from "./write-state.ts";

/**
 * Brings the times of an exchange's unfinished rounds in line with its calendar, after an exception was written: a lock
 * moves earlier, never later, by the approval the exception has; a round whose session was cancelled keeps its times and is voided when rounds advance.
 */
export const applyCalendar = async (
  work: Work,
  exchange: string,
  approval: string,
): Promise<void> => {
  const calendar = await readCalendar(work.tx, exchange);
  for (const market of await listMarketsOf(work.tx, exchange)) {
    const rows = await work.tx
      .select()
      .from(round)
      .where(
        and(eq(round.market, market.code), inArray(round.state, ["SCHEDULED", "OPEN", "LOCKED"])),
      )
      .orderBy(asc(round.id));
    for (const row of rows) {
      const session = calendar.sessionOn(Temporal.PlainDate.from(row.closingDate));
      const planned = session && planRound(market, calendar, session);
      if (planned === undefined) continue;
      await takeFence(work, row.id);
      await work.tx
        .update(round)
        .set({
          previousDate: planned.previousDate,
          opensAt: sql`case ${round.state} when 'SCHEDULED'
            then least(${planned.opensAt}::timestamptz, ${round.opensAt}) else ${round.opensAt} end`,
          lockAt: sql`least(${planned.lockAt}::timestamptz, ${round.lockAt})`,
          lockApproval: sql`case when ${planned.lockAt}::timestamptz < ${round.lockAt}
            then ${approval}::uuid else ${round.lockApproval} end`,
          closeAt: planned.closeAt,
          settlesFrom: planned.settlesFrom,
          // announced late, a close is waited for from now on: nobody could ask for it sooner
          graceEndsAt: sql`case when ${round.closeAt} = ${planned.closeAt}::timestamptz then ${round.graceEndsAt}
            else greatest(${planned.graceEndsAt}::timestamptz,
              clock.now() + make_interval(mins => ${market.graceMinutes}::int)) end`,
        })
        .where(eq(round.id, row.id));
      work.emit({ type: "round.state", market: row.market, round: row.code, state: row.state });
    }
  }
};
