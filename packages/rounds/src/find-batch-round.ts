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
    const which =
      roundCode === undefined
        ? sql`r.opens_at <= clock.now()
              order by (r.state in ('SCHEDULED', 'OPEN') and r.lock_at > clock.now()) desc,
                case when r.lock_at > clock.now() then r.lock_at end, r.lock_at desc limit 1`
        : sql`r.code = ${roundCode}`;
    const [found] = await orm.execute<{ id: number; code: string; previousId: number | null }>(sql`
      select r.id, r.code, (select p.id from rounds.round p where p.market = r.market and p.id < r.id
                            order by p.id desc limit 1) as "previousId"
      from rounds.round r where r.market = ${market.code} and ${which}`);
    if (found !== undefined) return { ...found, market: market.code };
    throw roundCode === undefined
      ? new DomainError("ROUND_NOT_OPEN", "No round takes bets now.")
      : new DomainError(
          "ROUND_NOT_FOUND",
          `There is no round ${roundCode} of ${market.code}. GET /rounds/current says which one is open.`,
        );
  });
