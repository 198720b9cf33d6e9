import type { DomainEvent } from "@closebell/context";
import type { Deps } from "@closebell/database";
import { tvl } from "@closebell/ledger";
import type { MicroUsdc } from "@closebell/money";
import {
  currentRounds,
  getMarket,
  getRound,
  listMarkets,
  quoteOn,
  type CurrentRounds,
  type Market,
  type Quote,
  type Round,
} from "@closebell/rounds";
import { createFresh, type Fresh } from "./fresh.ts";

interface InMarket {
  readonly market?: string | undefined;
}

/** What everybody polls, from this process's memory: never older than a second. */
export interface PolledReads {
  /** @throws DomainError MARKET_NOT_FOUND */
  currentRounds(input: InMarket): Promise<CurrentRounds>;
  /** @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND */
  round(input: InMarket & { readonly code: string }): Promise<Round>;
  /** @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND, ROUND_NOT_OPEN, AMOUNT_OVERFLOW */
  quote(
    input: InMarket & { readonly roundCode?: string; readonly stake: MicroUsdc },
  ): Promise<Quote>;
  markets(): Promise<readonly Market[]>;
  /** @throws DomainError MARKET_NOT_FOUND */
  market(input: { readonly code: string }): Promise<Market>;
  tvl(): Promise<MicroUsdc>;
  /** Forgets a round's pools: whoever asks after a bet of this process was answered finds it in them. */
  betPlaced(bet: { readonly market: string; readonly roundCode: string }): void;
  /** Forgets what an event may have changed. */
  onEvent(event: DomainEvent): void;
}

/** How old an answer may be: what docs and the OpenAPI document promise. */
const MAX_AGE_MS = 1_000;
/** While bets pour in, their round is read this often at most; readers wait for it. */
const PAUSE_MS = 20;
const MAX_KEYS = 1_000;
/** As other requests are turned away while the database answers nobody. */
const PATIENCE_MS = 2_000;
const READS_AT_ONCE = 100;
/** Key of what a request without a market asks for. */
const DEFAULT_MARKET = "";

const dropRound = (
  caches: { readonly current: Fresh<CurrentRounds>; readonly rounds: Fresh<Round> },
  market: string,
  code: string,
): void => {
  for (const key of [market, DEFAULT_MARKET]) {
    caches.current.drop(key);
    caches.rounds.drop(`${key}/${code}`);
  }
};

export const createPolledReads = (
  deps: Pick<Deps, "database">,
  now: () => number = () => performance.now(),
): PolledReads => {
  const options = {
    maxAgeMs: MAX_AGE_MS,
    pauseMs: PAUSE_MS,
    maxKeys: MAX_KEYS,
    patienceMs: PATIENCE_MS,
    readsAtOnce: READS_AT_ONCE,
    now,
  };
  const current = createFresh<CurrentRounds>(options);
  const rounds = createFresh<Round>(options);
  const lists = createFresh<readonly Market[]>(options);
  const markets = createFresh<Market>(options);
  const totals = createFresh<MicroUsdc>(options);
  const readCurrent = ({ market }: InMarket) =>
    current.get(market ?? DEFAULT_MARKET, () => currentRounds(deps, { market }));
  const readRound = ({ market, code }: InMarket & { readonly code: string }) =>
    rounds.get(`${market ?? DEFAULT_MARKET}/${code}`, () => getRound(deps, { market, code }));
  return {
    currentRounds: readCurrent,
    round: readRound,
    async quote({ market, roundCode, stake }) {
      const round =
        roundCode === undefined
          ? (await readCurrent({ market })).open
          : await readRound({ market, code: roundCode });
      return quoteOn(round, stake);
    },
    markets: () => lists.get("", () => listMarkets(deps)),
    market: ({ code }) => markets.get(code, () => getMarket(deps, { code })),
    tvl: () => totals.get("", () => tvl(deps)),
    betPlaced: ({ market, roundCode }) => dropRound({ current, rounds }, market, roundCode),
    onEvent(event) {
      if (event.type === "credential.revoked") return undefined;
      if (event.type === "custody.moved") return totals.dropAll();
      if (event.type === "clock.moved") {
        current.dropAll();
        return rounds.dropAll();
      }
      dropRound({ current, rounds }, event.market, event.round);
      // a round that ends pays its fee
      if (event.type === "round.state") totals.dropAll();
    },
  };
};
