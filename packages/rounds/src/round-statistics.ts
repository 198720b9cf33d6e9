import { snapshot, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import { exchangeOf } from "./exchange-calendar.ts";
import { listMarkets } from "./markets.ts";
import type { Outcome, RoundState, Side } from "./types.ts";

/** How many rounds of a market are in a state. */
export interface RoundCount {
  readonly market: string;
  readonly state: RoundState;
  readonly rounds: bigint;
}

/** Bets and their stakes by side and outcome; outcome null where it is not fixed yet. */
export interface BetVolume {
  readonly market: string;
  readonly side: Side;
  readonly outcome: Outcome | null;
  readonly bets: bigint;
  readonly stakeMicroUsdc: bigint;
}

/** Closes that were found to be other than what rounds were settled on, in the last three days: a weekend is not missed. */
export interface CloseDifference {
  readonly market: string;
  readonly source: string;
  /** True where the source now stands on the other side of the outcome. */
  readonly changesOutcome: boolean;
  readonly rounds: bigint;
}

/** What an operator watches. Costs by the number of unfinished rounds, whatever was before. */
export interface RoundStatistics {
  readonly rounds: readonly RoundCount[];
  readonly bets: readonly BetVolume[];
  /** Rounds not finished five minutes after their grace ended, by market. */
  readonly overdue: ReadonlyMap<string, bigint>;
  /** Rounds that wait for an operator, by market. */
  readonly held: ReadonlyMap<string, bigint>;
  readonly closeDifferences: readonly CloseDifference[];
  /** Days the calendar still knows, by exchange. */
  readonly calendarDaysLeft: ReadonlyMap<string, number>;
}

interface SideRow extends Record<string, unknown> {
  readonly market: string;
  readonly side: Side;
  readonly outcome: Outcome | null;
  readonly bets: bigint;
  readonly stakeMicroUsdc: bigint;
}

/** Rounds by state, bets by side and outcome, what is overdue or held, and how far the calendar reaches. */
export const roundStatistics = async (deps: Pick<Deps, "database">): Promise<RoundStatistics> => {
  const markets = await listMarkets(deps);
  return snapshot(deps, async (tx) => {
    const rounds = await tx.execute<{ market: string; state: RoundState; rounds: bigint }>(sql`
      select market, case outcome when 'VOID' then 'VOID' else 'SETTLED' end as state,
        sum(rounds)::bigint as rounds
      from rounds.finished_total group by 1, 2
      union all
      select market, rounds.state_at(state, opens_at, lock_at, clock.now()), count(*)
      from rounds.round where state not in ('SETTLED', 'VOID') group by 1, 2
      order by 1, 2`);
    const bets = await tx.execute<SideRow>(sql`
      with live as (
        select r.market, r.outcome,
          coalesce(r.bets_up, s.bets_up) as bets_up, coalesce(r.bets_down, s.bets_down) as bets_down,
          coalesce(r.pool_up, s.pool_up) as pool_up, coalesce(r.pool_down, s.pool_down) as pool_down
        from rounds.round r left join lateral (
          select sum(s.bets_up) as bets_up, sum(s.bets_down) as bets_down,
            sum(u.balance) as pool_up, sum(d.balance) as pool_down
          from rounds.stripe s join ledger.account u on u.id = s.account_up
          join ledger.account d on d.id = s.account_down
          where s.round_id = r.id and r.outcome is null) s on true
        where r.state not in ('SETTLED', 'VOID')
        union all
        select market, outcome, bets_up, bets_down, stake_up, stake_down from rounds.finished_total)
      select market, side, outcome, sum(bets)::bigint as bets, sum(stake)::bigint as "stakeMicroUsdc"
      from live cross join lateral (
        values ('UP', bets_up, pool_up), ('DOWN', bets_down, pool_down)) v (side, bets, stake)
      group by 1, 2, 3 order by 1, 2, 3`);
    const waiting = await tx.execute<{ market: string; overdue: bigint; held: bigint }>(sql`
      select m.code as market,
        count(*) filter (where r.grace_ends_at + interval '5 minutes' <= clock.now()) as overdue,
        count(*) filter (where r.held_reason is not null) as held
      from rounds.market m
      left join rounds.round r on r.market = m.code and r.state not in ('SETTLED', 'VOID')
      group by 1`);
    const closeDifferences = await tx.execute<CloseDifference & Record<string, unknown>>(sql`
      select r.market, c.source, c.changes_outcome as "changesOutcome", count(distinct r.id) as rounds
      from rounds.close_check c join rounds.round r on r.id = c.round_id
      where c.differs and c.ended_at > clock.now() - interval '3 days'
      group by 1, 2, 3 order by 1, 2, 3`);
    const [clock] = await tx.execute<{ now: Temporal.Instant }>(sql`select clock.now() as now`);
    const today = clock?.now.toZonedDateTimeISO("UTC").toPlainDate();
    const left = [...new Set(markets.map(({ exchange }) => exchange))].map((code) => {
      const { to } = exchangeOf(code).horizon;
      return [
        code,
        today === undefined ? 0 : today.until(to, { largestUnit: "day" }).days,
      ] as const;
    });
    return {
      rounds,
      bets,
      overdue: new Map(waiting.map((row) => [row.market, row.overdue])),
      closeDifferences,
      held: new Map(waiting.map((row) => [row.market, row.held])),
      calendarDaysLeft: new Map(left),
    };
  });
};
