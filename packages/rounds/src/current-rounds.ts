import { snapshot, type Deps } from "@closebell/database";
import { and, eq, sql } from "drizzle-orm";
import { findMarket } from "./markets.ts";
import { readRounds } from "./round-views.ts";
import { round } from "./schema.ts";
import type { Round } from "./types.ts";

/** What a market is doing at this moment. */
export interface CurrentRounds {
  readonly market: string;
  readonly now: Temporal.Instant;
  /** The round that takes bets now, paused or not. */
  readonly open: Round | null;
  /** When the next round opens; null where none is scheduled. */
  readonly opensNextAt: Temporal.Instant | null;
  /** Rounds past their lock and not finished, oldest first; of hundreds, as after a long outage, the oldest. */
  readonly settling: readonly Round[];
}

/** The open round, when the next one opens, and those being settled. @throws DomainError MARKET_NOT_FOUND */
export const currentRounds = (
  deps: Pick<Deps, "database">,
  input: { readonly market?: string | undefined },
): Promise<CurrentRounds> =>
  snapshot(deps, async (tx) => {
    const market = await findMarket(tx, input.market);
    const [clock] = await tx.execute<{ now: Temporal.Instant }>(sql`select clock.now() as now`);
    if (clock === undefined) throw new Error("clock.now() returned no row");
    const rows = await readRounds(tx, {
      where: and(eq(round.market, market.code), sql`${round.state} not in ('SETTLED', 'VOID')`),
      // what is ahead is few, and must not be cut off behind what a long outage left
      orderBy: sql`${round.lockAt} <= clock.now(), ${round.lockAt}`,
      limit: 100,
    });
    const unfinished = rows.toSorted((a, b) => Temporal.Instant.compare(a.lockAt, b.lockAt));
    const next = unfinished.find((row) => row.state === "SCHEDULED");
    return {
      market: market.code,
      now: clock.now,
      open: unfinished.find((row) => row.state === "OPEN") ?? null,
      opensNextAt: next?.opensAt ?? null,
      settling: unfinished.filter((row) => row.state === "LOCKED" || row.state === "SETTLING"),
    };
  });
