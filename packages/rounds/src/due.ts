import { reachable, type Deps } from "@closebell/database";
import { type SQL, asc, sql } from "drizzle-orm";
import { round, type RoundRow } from "./schema.ts";

/** The stored rounds that `condition` selects, oldest lock first. */
export const dueRounds = (
  deps: Pick<Deps, "database">,
  condition: SQL,
): Promise<readonly RoundRow[]> =>
  reachable(deps.database.url, () =>
    deps.database.orm
      .select()
      .from(round)
      .where(condition)
      .orderBy(asc(round.lockAt), asc(round.id)),
  );

// Each repeats its test of the time in SQL: the clock is the database's.
export const DUE = {
  open: sql`${round.state} = 'SCHEDULED' and ${round.opensAt} <= clock.now()`,
  lock: sql`${round.state} in ('SCHEDULED', 'OPEN') and ${round.lockAt} <= clock.now()`,
  prices: sql`${round.state} = 'LOCKED' and ${round.settlesFrom} <= clock.now() and ${round.heldReason} is null`,
  cancelled: sql`${round.state} in ('SCHEDULED', 'OPEN', 'LOCKED') and exists (
    select from rounds.calendar_exception e join rounds.market m on m.exchange = e.exchange
    where m.code = ${round.market} and e.date = ${round.closingDate} and e.kind = 'closed')`,
  chunks: sql`${round.state} = 'SETTLING'`,
} as const;
