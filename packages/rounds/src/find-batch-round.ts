import { DomainError } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { and, eq, sql } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { findMarket } from "./markets.ts";
import type { BatchRound } from "./place-bets.ts";
import { round } from "./schema.ts";
import type { Market } from "./types.ts";

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

/** The round called so. It needs none before it: a bet that names its round finds its key there alone. */
const findNamed = async (
  { orm }: Deps["database"],
  market: Market,
  code: string,
): Promise<FoundRound> => {
  const [found] = await orm
    .select({ id: round.id })
    .from(round)
    .where(and(eq(round.market, market.code), eq(round.code, code)));
  if (found !== undefined) return { id: found.id, previousId: null, market: market.code, code };
  throw new DomainError(
    "ROUND_NOT_FOUND",
    `There is no round ${code} of ${market.code}. GET /rounds/current says which one is open.`,
  );
};

/** By closing date, an index: what this costs must not grow with the rounds ever played. */
const findCurrent = async ({ orm }: Deps["database"], market: Market): Promise<FoundRound> => {
  const inMarket = sql`select r.id, r.code, r.market from rounds.round r, moment
    where r.market = ${market.code}`;
  const [found] = await orm.execute<{ id: number; code: string; previousId: number | null }>(sql`
    with moment as materialized (
      select now, (now at time zone 'UTC')::date as today from clock.now() as now)
    select r.id, r.code, (select p.id from rounds.round p where p.market = r.market and p.id < r.id
                          order by p.id desc limit 1) as "previousId"
    from ((${inMarket} and r.opens_at <= moment.now and r.lock_at > moment.now
           and r.closing_date >= moment.today - 1
           order by (r.state in ('SCHEDULED', 'OPEN')) desc, r.lock_at limit 1)
          union all
          (${inMarket} and r.opens_at <= moment.now and r.lock_at <= moment.now
           order by r.closing_date desc limit 1)
          limit 1) r`);
  if (found !== undefined) return { ...found, market: market.code };
  throw new DomainError("ROUND_NOT_OPEN", "No round takes bets now.");
};

/**
 * The round that bets of one market go to: the named one, or the one whose window contains `clock.now()`; where none
 * does, the last one that opened, so that a bet sent again still finds its key.
 * @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND, ROUND_NOT_OPEN (no round has ever stood)
 */
const findBatchRound = (
  { database }: Pick<Deps, "database">,
  { market: marketCode, roundCode }: Named,
): Promise<FoundRound> =>
  reachable(database.url, async () => {
    const market = await findMarket(database.orm, marketCode);
    return roundCode === undefined
      ? findCurrent(database, market)
      : findNamed(database, market, roundCode);
  });

/**
 * Finds the round of each batch and remembers it, the current one for a second, one that is named for good: whether it takes
 * bets is decided under its fence.
 */
export interface RoundFinder {
  /** @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND, ROUND_NOT_OPEN (no round has ever stood) */
  find(named: Named): Promise<FoundRound>;
  /** Looks again next time: the round found takes no bets. */
  forget(named: Named): void;
  close(): void;
}

const CURRENT_FOR_MS = 1_000;
const FOR_GOOD = 0;
const REMEMBERED_ROUNDS = 10_000;

const nameOf = ({ market = "", roundCode = "" }: Named): string => `${market}/${roundCode}`;

export const createRoundFinder = (deps: Pick<Deps, "database" | "events">): RoundFinder => {
  // searches, not what they found: forgetting one must not call it off for those who wait for it
  const searches = new LRUCache<string, Promise<FoundRound>>({ max: REMEMBERED_ROUNDS });
  const unsubscribe = deps.events.subscribe(({ type }) => {
    if (type === "clock.moved") searches.clear();
  });
  return {
    find: (named) => {
      const name = nameOf(named);
      const known = searches.get(name);
      if (known !== undefined) return known;
      const search = findBatchRound(deps, named);
      const ttl = named.roundCode === undefined ? CURRENT_FOR_MS : FOR_GOOD;
      searches.set(name, search, { ttl });
      search.catch(() => {
        if (searches.peek(name) === search) searches.delete(name);
      });
      return search;
    },
    forget: (named) => void searches.delete(nameOf(named)),
    close: unsubscribe,
  };
};
