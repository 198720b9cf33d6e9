import { integers, type Work } from "@closebell/database";
import { LOCK_RANK, openAccounts, periodOf } from "@closebell/ledger";
import { sql } from "drizzle-orm";
import { STRIPES, roundAccounts } from "./accounts.ts";
import type { PlannedRound } from "./plan-round.ts";
import { round } from "./schema.ts";
import type { Market } from "./types.ts";

const freeze = (market: Market) => ({
  symbol: market.symbol,
  feeBps: market.feeBps,
  minStake: market.minStake,
  maxStake: market.maxStake,
  guardBps: market.guardBps,
  onGraceEnd: market.onGraceEnd,
  sources: [...market.sources],
  sourceRule: market.sourceRule,
  toleranceBps: market.toleranceBps,
  rulesVersion: market.rulesVersion,
});

/** Writes a SCHEDULED round with the market's rules as they are now, its partition and its accounts. False if it is there. */
export const writeRound = async (
  work: Work,
  market: Market,
  planned: PlannedRound,
): Promise<boolean> => {
  const period = periodOf(Temporal.PlainDate.from(planned.closingDate));
  await work.tx.execute(sql`select rounds.ensure_period(${period}::int)`);
  const [row] = await work.tx
    .insert(round)
    .values({
      ...planned,
      ...freeze(market),
      market: market.code,
      state: "SCHEDULED",
      paused: false,
      accounts: sql`default`,
      period: sql`default`,
    })
    .onConflictDoNothing()
    .returning({ accounts: round.accounts });
  if (row === undefined) return false;
  await openAccounts(work, {
    codes: roundAccounts(row.accounts).all,
    lockRank: LOCK_RANK.round,
    floored: true,
  });
  const stripes = Array.from({ length: STRIPES }, (_, stripe) => stripe);
  await work.tx.execute(sql`
    insert into rounds.stripe (round_id, stripe, account_up, account_down)
    select ${planned.id}::int, n, ledger.account_id(${row.accounts} || '/up/' || n),
           ledger.account_id(${row.accounts} || '/down/' || n)
    from unnest(${integers(stripes)}) as t (n)`);
  work.emit({ type: "round.state", market: market.code, round: planned.code, state: "SCHEDULED" });
  return true;
};
