import type postgres from "postgres";
import { openSql } from "./house.ts";
import { statementsOf } from "./statements.ts";

/** What to load. */
export interface BetLoad {
  readonly url: string;
  readonly roundId: number;
  readonly bets: number;
  readonly players: number;
  readonly step: (what: string) => void;
  readonly signal: AbortSignal;
}

const openWriter = async (url: string): Promise<postgres.Sql> => {
  const sql = openSql(url, 1);
  // it is all there, or nothing is measured; and a plan made for empty tables would join badly
  await sql.unsafe(`set synchronous_commit = off; set plan_cache_mode = force_custom_plan;
    set maintenance_work_mem = '512MB'; set work_mem = '256MB'`);
  return sql;
};

/** Fills an open round that has no bets with so many, set-based; no other transfer of its month is touched. */
export const loadBets = async (load: BetLoad): Promise<void> => {
  const { url, roundId, bets, players, step, signal } = load;
  const period = Math.floor(roundId / 10_000);
  const names: Readonly<Record<string, string>> = {
    bet: `bet_${period}`,
    transfer: `transfer_${period}`,
    period: `${period}`,
    from: `${period * 10_000}`,
    to: `${(period + 1) * 10_000}`,
  };
  const file = statementsOf("scene/load-bets.sql");
  const text = (name: string): string =>
    file(name).replaceAll(/%([a-z]+)%/g, (_, key) => names[key] ?? "");
  const [first, second] = await Promise.all([openWriter(url), openWriter(url)]);
  const writers = [first, second];
  const all = (work: (sql: postgres.Sql, n: number) => Promise<unknown>) => {
    signal.throwIfAborted();
    return Promise.all(writers.map(work));
  };
  try {
    await first.unsafe(text("detach"));
    step("bets");
    await all((sql, n) => sql.unsafe(text("bets"), [bets, roundId, n, writers.length, players]));
    await first.unsafe(`analyze rounds.${names["bet"]}, ledger.account`);
    step("transfers");
    await all((sql, n) => sql.unsafe(text("transfers"), [roundId, n, writers.length]));
    step("balances");
    signal.throwIfAborted();
    await first.unsafe(`analyze ledger.${names["transfer"]}`);
    await first.unsafe(text("sum"));
    await first.unsafe(text("balances"));
    await first.unsafe(text("stripes"), [roundId]);
    step("indexes");
    signal.throwIfAborted();
    await Promise.all([first.unsafe(text("attach-bets")), second.unsafe(text("attach-transfers"))]);
  } finally {
    await Promise.all(writers.map((sql) => sql.end({ timeout: 1 })));
  }
};
