import { DomainError } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import { findMarket } from "./markets.ts";
import type { BatchRound } from "./place-bets.ts";

interface Found extends BatchRound {
  readonly market: string;
  readonly code: string;
}

/**
 * The round that bets of one market go to: the named one, or the one whose window contains `clock.now()`; where none
 * does, the last one that opened, so that a bet sent again still finds its key.
 * @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND, ROUND_NOT_OPEN (no round has ever stood)
 */
export const findBatchRound = (
  deps: Pick<Deps, "database">,
  marketCode: string | undefined,
  roundCode: string | undefined,
): Promise<Found> =>
  reachable(deps.database.url, async () => {
    const { orm } = deps.database;
    const market = await findMarket(orm, marketCode);
    const inMarket = sql`select r.id, r.code, r.market from rounds.round r, moment
      where r.market = ${market.code}`;
    // by closing date, an index: what this costs must not grow with the rounds ever played
    const which =
      roundCode === undefined
        ? sql`(${inMarket} and r.opens_at <= moment.now and r.lock_at > moment.now
               and r.closing_date >= moment.today - 1
               order by (r.state in ('SCHEDULED', 'OPEN')) desc, r.lock_at limit 1)
              union all
              (${inMarket} and r.opens_at <= moment.now and r.lock_at <= moment.now
               order by r.closing_date desc limit 1)
              limit 1`
        : sql`${inMarket} and r.code = ${roundCode}`;
    const [found] = await orm.execute<{ id: number; code: string; previousId: number | null }>(sql`
      with moment as materialized (
        select now, (now at time zone 'UTC')::date as today from clock.now() as now)
      select r.id, r.code, (select p.id from rounds.round p where p.market = r.market and p.id < r.id
                            order by p.id desc limit 1) as "previousId"
      from (${which}) r`);
    if (found !== undefined) return { ...found, market: market.code };
    throw roundCode === undefined
      ? new DomainError("ROUND_NOT_OPEN", "No round takes bets now.")
      : new DomainError(
          "ROUND_NOT_FOUND",
          `There is no round ${roundCode} of ${market.code}. GET /rounds/current says which one is open.`,
        );
  });
