import type { Deps } from "@closebell/database";
import { takeBatch, type WaitingBet } from "./bet-queue.ts";
import type { RoundFinder } from "./find-batch-round.ts";
import { sendBatch } from "./send-batch.ts";

/** Batches a bet may find its account locked in, before it goes alone. */
const MAX_BATCHES = 2;

export interface ShardOptions {
  /** Which of the round's pool rows it writes to. */
  readonly stripe: number;
  /** Bets in one transaction at most. */
  readonly maxBatch: number;
  /** How long a bet that goes alone waits for its account. */
  readonly patienceMs: number;
}

/** One line of bets with one batch in flight; those whose account stays locked leave it and go alone, one at a time. */
export interface BetShard {
  push(bet: WaitingBet): void;
  waiting(): number;
  /** Resolves once nothing waits and nothing is in flight. */
  idle(): Promise<void>;
}

/** Makes a shard. It knows no bound: who fills it does. */
export const createBetShard = (
  deps: Deps,
  finder: RoundFinder,
  { stripe, maxBatch, patienceMs }: ShardOptions,
): BetShard => {
  const queue: WaitingBet[] = [];
  const stuck: WaitingBet[] = [];
  const running = new Set<Promise<void>>();
  let inLine = false;
  let alone = false;

  const run = (work: Promise<void>) => {
    const done = work.finally(() => running.delete(done));
    running.add(done);
  };

  const again = (bet: WaitingBet) => {
    (bet.tries < MAX_BATCHES ? queue : stuck).push(bet);
  };

  const drain = async (): Promise<void> => {
    // bets that arrive together go together, the first one too
    await Promise.resolve();
    while (queue.length > 0) {
      const batch = takeBatch(queue, maxBatch);
      await sendBatch({ deps, finder, stripe, patienceMs: 0, again }, batch);
      start();
    }
    inLine = false;
  };

  const drainStuck = async (): Promise<void> => {
    for (let bet = stuck.shift(); bet !== undefined; bet = stuck.shift()) {
      await sendBatch({ deps, finder, stripe, patienceMs, again }, [bet]);
      start();
    }
    alone = false;
  };

  const start = () => {
    if (!inLine && queue.length > 0) {
      inLine = true;
      run(drain());
    }
    if (!alone && stuck.length > 0) {
      alone = true;
      run(drainStuck());
    }
  };

  return {
    push: (bet) => {
      queue.push(bet);
      start();
    },
    waiting: () => queue.length + stuck.length,
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
};
