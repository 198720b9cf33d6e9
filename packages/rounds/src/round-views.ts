import { DomainError } from "@closebell/context";
import type { Executor } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { type SQL, and, eq, sql } from "drizzle-orm";
import { round } from "./schema.ts";
import type { Round, RoundState } from "./types.ts";

// inside the subqueries the round is named in full: drizzle leaves a lone table's name out
const livePool = (side: "up" | "down") => sql<bigint>`coalesce(
  ${side === "up" ? round.poolUp : round.poolDown},
  (select sum(a.balance)::bigint from rounds.stripe s
   join ledger.account a on a.id = ${side === "up" ? sql`s.account_up` : sql`s.account_down`}
   where s.round_id = round.id), 0)`;

const liveBets = (side: "up" | "down") => sql<bigint>`coalesce(
  ${side === "up" ? round.betsUp : round.betsDown},
  (select sum(${side === "up" ? sql`s.bets_up` : sql`s.bets_down`})::bigint from rounds.stripe s
   where s.round_id = round.id), 0)`;

const money = (amount: bigint | null): MicroUsdc | null =>
  amount === null ? null : microUsdc(amount);

/** The rounds that `where` selects, as they stand at `clock.now()`. The same cost at ten bets and at ten million. */
export const readRounds = async (
  tx: Executor,
  query: { readonly where: SQL | undefined; readonly orderBy: SQL; readonly limit: number },
): Promise<readonly Round[]> => {
  const rows = await tx
    .select({
      row: round,
      state: sql<RoundState>`rounds.state_at(${round.state}, ${round.opensAt}, ${round.lockAt}, clock.now())`,
      poolUp: livePool("up"),
      poolDown: livePool("down"),
      betsUp: liveBets("up"),
      betsDown: liveBets("down"),
    })
    .from(round)
    .where(query.where)
    .orderBy(query.orderBy)
    .limit(query.limit);
  return rows.map(({ row, ...live }) => ({
    id: row.id,
    market: row.market,
    code: row.code,
    symbol: row.symbol,
    closingDate: row.closingDate,
    previousDate: row.previousDate,
    paused: row.paused,
    heldReason: row.heldReason,
    opensAt: row.opensAt,
    lockAt: row.lockAt,
    closeAt: row.closeAt,
    settlesFrom: row.settlesFrom,
    graceEndsAt: row.graceEndsAt,
    outcome: row.outcome,
    voidReason: row.voidReason,
    previousClose: row.previousClose,
    close: row.close,
    priceSource: row.priceSource,
    fee: money(row.fee),
    settledAt: row.finishedAt,
    state: live.state,
    poolUp: microUsdc(live.poolUp),
    poolDown: microUsdc(live.poolDown),
    betsUp: live.betsUp,
    betsDown: live.betsDown,
    rules: {
      feeBps: row.feeBps,
      minStake: row.minStake,
      maxStake: row.maxStake,
      guardBps: row.guardBps,
      onGraceEnd: row.onGraceEnd,
      sources: row.sources,
      sourceRule: row.sourceRule,
      toleranceBps: row.toleranceBps,
      rulesVersion: row.rulesVersion,
    },
  }));
};

/** The round of that market and code. @throws DomainError ROUND_NOT_FOUND */
export const readRound = async (tx: Executor, market: string, code: string): Promise<Round> => {
  const [found] = await readRounds(tx, {
    where: and(eq(round.market, market), eq(round.code, code)),
    orderBy: sql`1`,
    limit: 1,
  });
  if (found === undefined) {
    throw new DomainError(
      "ROUND_NOT_FOUND",
      `There is no round ${code} of ${market}. GET /rounds lists them; a code is the closing date, YYYYMMDD.`,
    );
  }
  return found;
};
