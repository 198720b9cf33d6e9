import { DomainError } from "@closebell/context";
import { snapshot, type Deps } from "@closebell/database";
import { MAX_POOL, quotePayout, type MicroUsdc, type PayoutQuote } from "@closebell/money";
import { and, asc, eq, sql } from "drizzle-orm";
import { findMarket } from "./markets.ts";
import { refusalOf } from "./refusals.ts";
import { readRound, readRounds } from "./round-views.ts";
import { round } from "./schema.ts";
import type { Round, Side } from "./types.ts";

/** A quote is a calculation, not an offer: every later bet changes it. */
export interface Quote {
  readonly round: Round;
  readonly stake: MicroUsdc;
  readonly sides: Readonly<Record<Side, PayoutQuote>>;
}

/**
 * What `stake` would pay on either side if `current` locked as it was read.
 * @throws DomainError ROUND_NOT_OPEN (also where there is no round), AMOUNT_OVERFLOW
 */
export const quoteOn = (current: Round | null | undefined, stake: MicroUsdc): Quote => {
  if (current === null || current === undefined) {
    throw new DomainError(
      "ROUND_NOT_OPEN",
      "No round takes bets now. GET /rounds/current says when the next one opens.",
    );
  }
  if (current.state !== "OPEN") throw refusalOf("ROUND_NOT_OPEN");
  if (current.poolUp + current.poolDown + stake > MAX_POOL) {
    throw new DomainError(
      "AMOUNT_OVERFLOW",
      "The round's pools can't hold this stake. Ask for less.",
    );
  }
  const side = (name: Side): PayoutQuote =>
    quotePayout({ ...current, feeBps: current.rules.feeBps, side: name, stake });
  return { round: current, stake, sides: { UP: side("UP"), DOWN: side("DOWN") } };
};

/**
 * What `stake` would pay on either side if the round locked now.
 * @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND, ROUND_NOT_OPEN, AMOUNT_OVERFLOW
 */
export const quote = (
  deps: Pick<Deps, "database">,
  input: {
    readonly market?: string | undefined;
    readonly roundCode?: string | undefined;
    readonly stake: MicroUsdc;
  },
): Promise<Quote> =>
  snapshot(deps, async (tx) => {
    const market = await findMarket(tx, input.market);
    const [current] =
      input.roundCode === undefined
        ? await readRounds(tx, {
            where: and(
              eq(round.market, market.code),
              sql`${round.state} in ('SCHEDULED', 'OPEN') and ${round.opensAt} <= clock.now() and clock.now() < ${round.lockAt}`,
            ),
            orderBy: asc(round.lockAt),
            limit: 1,
          })
        : [await readRound(tx, market.code, input.roundCode)];
    return quoteOn(current, input.stake);
  });
