import { openSql } from "./house.ts";
import { statementsOf } from "./statements.ts";

/** A multiple of 100, so that a batch is a range of ids. */
const BATCH = 100_000;

/** What to load. */
export interface BetLoad {
  readonly url: string;
  readonly roundId: number;
  readonly bets: number;
  readonly players: number;
  /** Told how many are there. */
  readonly onProgress: (bets: number) => void;
  readonly signal: AbortSignal;
}

/** Writes one half of the bets, of players that the other half does not have, so that halves don't wait for each other. */
const loadHalf = async (load: BetLoad, half: 0 | 1, loaded: (n: number) => void): Promise<void> => {
  const { url, roundId, bets, players, signal } = load;
  const statement = statementsOf("scene/load-bets.sql");
  const sql = openSql(url, 1);
  try {
    await sql`set synchronous_commit = off`;
    // a plan made for the empty table would join badly
    await sql`set plan_cache_mode = force_custom_plan`;
    for (let from = 0; from < bets; from += BATCH) {
      signal.throwIfAborted();
      const to = Math.min(from + BATCH, bets) - 1;
      await sql.begin(async (tx) => {
        await tx.unsafe(statement("bets"), [from, to, roundId, half, players]);
        await tx.unsafe(statement("transfers"), [from, to, roundId, half]);
      });
      if (from === 0) await sql.unsafe("analyze rounds.bet, ledger.transfer, ledger.account");
      loaded(to + 1 - from);
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
};

/** Fills an open round with bets, set-based, two connections at a time. */
export const loadBets = async (load: BetLoad): Promise<void> => {
  let halves = 0;
  const loaded = (n: number): void => {
    halves += n;
    load.onProgress(Math.floor(halves / 2));
  };
  await Promise.all([loadHalf(load, 0, loaded), loadHalf(load, 1, loaded)]);
  const sql = openSql(load.url, 1);
  try {
    await sql.unsafe(statementsOf("scene/load-bets.sql")("stripes"), [load.roundId]);
  } finally {
    await sql.end({ timeout: 1 });
  }
};
