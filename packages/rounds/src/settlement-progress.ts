import { reachable, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { RoundRow } from "./schema.ts";

/** Told after each chunk, for a progress bar: bets paid or refunded so far, and how many it will be. */
export type SettlementProgress = (paid: number, bets: number) => void;

/** A settling round, and how far it is. */
export interface SettlingRound {
  readonly market: string;
  readonly code: string;
  /** Bets that get something: the winners, or all of a void round. */
  readonly bets: bigint;
  readonly paid: bigint;
}

/** How far the rounds are that are settling now. Costs by their chunks, not by their bets. */
export const settlingRounds = (deps: Pick<Deps, "database">): Promise<readonly SettlingRound[]> =>
  reachable(deps.database.url, () =>
    deps.database.orm.execute<SettlingRound & Record<string, unknown>>(sql`
      select r.market, r.code,
        case r.outcome when 'UP' then r.bets_up when 'DOWN' then r.bets_down else r.bets_up + r.bets_down end as bets,
        coalesce((select sum(c.bets) from rounds.settlement_chunk c where c.round_id = r.id), 0)::bigint as paid
      from rounds.round r where r.state = 'SETTLING' order by r.id`),
  );

/** Milliseconds between two events of one process on one round. */
const EVENT_EVERY_MS = 250;

const perSecond = (bets: number, ms: number): number =>
  Math.round((bets * 1_000) / Math.max(ms, 1));

/** Tells the log, the bus and `onProgress` how far a settlement is, from where it stands now. */
export const followSettlement = async (
  deps: Deps,
  row: RoundRow,
  onProgress?: SettlementProgress,
) => {
  const { market, code: round } = row;
  const now = (await settlingRounds(deps)).find(
    (one) => one.market === market && one.code === round,
  );
  const bets = Number(now?.bets ?? 0n);
  const before = Number(now?.paid ?? 0n);
  const began = performance.now();
  let paid = before;
  let told = -Infinity;
  const tell = () => {
    told = performance.now();
    deps.events.publish({ type: "round.settling", market, round, bets, paid });
  };
  deps.log.info({ market, round, bets, paid }, "settlement began");
  onProgress?.(paid, bets);
  return {
    paid: (more: bigint): void => {
      paid += Number(more);
      if (performance.now() - told >= EVENT_EVERY_MS) tell();
      onProgress?.(paid, bets);
    },
    end: (finished: boolean): void => {
      const milliseconds = Math.round(performance.now() - began);
      const own = paid - before;
      deps.log.info(
        {
          market,
          round,
          finished,
          bets,
          paid: own,
          milliseconds,
          perSecond: perSecond(own, milliseconds),
        },
        "settlement ended",
      );
    },
  };
};
