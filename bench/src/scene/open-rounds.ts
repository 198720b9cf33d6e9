import { EXCHANGES, formatCode, sessionsBetween } from "@closebell/calendar";
import { openRound } from "@closebell/rounds";
import type { House } from "./house.ts";

/** A round, as a bet names it. */
export interface RoundName {
  readonly market: string;
  readonly code: string;
}

/** Codes of coming sessions, the first some days ahead, so that none locks while the bench runs. */
const comingCodes = async (house: House, count: number): Promise<readonly string[]> => {
  const [clock] = await house.sql<{ today: string }[]>`select clock.now()::date::text as today`;
  const from = Temporal.PlainDate.from(clock?.today ?? "").add({ days: 4 });
  return [...sessionsBetween(EXCHANGES.NASDAQ, from, from.add({ days: count * 2 + 10 }))]
    .slice(0, count)
    .map(({ date }) => formatCode(date));
};

/** Makes further markets like the default one, as an operator's migration would: there is no verb for it. */
const addMarkets = async (house: House, count: number): Promise<readonly string[]> => {
  await house.sql`
    insert into rounds.market (code, number, name, symbol, exchange, timezone, fee_bps, min_stake, max_stake,
      lock_offset_seconds, fetch_delay_minutes, grace_minutes, guard_bps, on_grace_end, sources, source_rule, created_at)
    select 'M' || n, n, 'Market ' || n, 'M' || n, exchange, timezone, fee_bps, min_stake, max_stake,
      lock_offset_seconds, fetch_delay_minutes, grace_minutes, guard_bps, on_grace_end, sources, source_rule, created_at
    from rounds.market, generate_series(2, ${count}::int) n where number = 1`;
  const rows = await house.sql<{ code: string }[]>`select code from rounds.market order by number`;
  return rows.map(({ code }) => code);
};

/** Opens `count` rounds at once: coming sessions of as many markets as it takes, all open from now until they lock. */
export const openRounds = async (house: House, count: number): Promise<readonly RoundName[]> => {
  const markets = count === 1 ? [undefined] : await addMarkets(house, Math.ceil(count / 20));
  const codes = await comingCodes(house, Math.ceil(count / markets.length));
  const rounds: RoundName[] = [];
  for (const code of codes) {
    for (const market of markets.slice(0, count - rounds.length)) {
      const opened = await openRound(house.runtime, { by: house.by, market, code });
      rounds.push({ market: opened.market, code });
    }
  }
  return rounds;
};
