import { DomainError } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { findMarket } from "./markets.ts";
import type { BatchRound } from "./place-bets.ts";

/** A round that a batch goes to. */
export interface FoundRound extends BatchRound {
  readonly market: string;
  readonly code: string;
}

/** What bets name: a market and a round, or the default market and the round that is open. */
interface Named {
  readonly market?: string | undefined;
  readonly roundCode?: string | undefined;
}

/**
 * The round that bets of one market go to: the named one, or the one whose window contains `clock.now()`; where none
 * does, the last one that opened, so that a bet sent again still finds its key.
 * @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND, ROUND_NOT_OPEN (no round has ever stood)
 */
const findBatchRound = (
  deps: Pick<Deps, "database">,
  { market: marketCode, roundCode }: Named,
): Promise<FoundRound> =>
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

/** Finds the round of each batch, and remembers it for a second: whether it takes bets is decided under its fence. */
export interface RoundFinder {
  /** @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND, ROUND_NOT_OPEN (no round has ever stood) */
  find(named: Named): Promise<FoundRound>;
  /** Looks again next time: the round found takes no bets. */
  forget(named: Named): void;
  close(): void;
}

const REMEMBERED_MS = 1_000;
const REMEMBERED_ROUNDS = 1_000;

const nameOf = ({ market = "", roundCode = "" }: Named): string => `${market}/${roundCode}`;

export const createRoundFinder = (deps: Pick<Deps, "database" | "events">): RoundFinder => {
  // searches, not what they found: forgetting one must not call it off for those who wait for it
  const searches = new LRUCache<string, Promise<FoundRound>>({
    max: REMEMBERED_ROUNDS,
    ttl: REMEMBERED_MS,
  });
  const unsubscribe = deps.events.subscribe(({ type }) => {
    if (type === "clock.moved") searches.clear();
  });
  return {
    find: (named) => {
      const name = nameOf(named);
      const known = searches.get(name);
      if (known !== undefined) return known;
      const search = findBatchRound(deps, named);
      searches.set(name, search);
      search.catch(() => {
        if (searches.peek(name) === search) searches.delete(name);
      });
      return search;
    },
    forget: (named) => void searches.delete(nameOf(named)),
    close: unsubscribe,
  };
};
