import type { Deps } from "@closebell/database";
import { STRIPES } from "./accounts.ts";
import type { BetIntake, BetReceipt, BetRequest } from "./bet-intake.ts";
import { createBetShard } from "./bet-shard.ts";
import { createRoundFinder } from "./find-batch-round.ts";
import { overloaded } from "./refusals.ts";

export interface BetIntakeOptions {
  /** The first of the round's pool rows this process writes to, one a shard, so that processes don't wait for each other. */
  readonly stripe?: number;
  /** Lines of bets, each with a batch in flight: one commits while another is written and a third is answered. */
  readonly shards?: number;
  /** Bets in one transaction at most. */
  readonly maxBatch?: number;
  /** Bets that may wait; past that, OVERLOADED. */
  readonly maxWaiting?: number;
  /** How long a bet that goes alone waits for its account, in ms. The lock of its round waits behind it. */
  readonly patienceMs?: number;
}

/** Which shard a user's bets go to: always the same, so that batches in flight never share an account. */
const shardOf = (userId: string, shards: number): number => Bun.hash.crc32(userId) % shards;

/**
 * The intake that gathers bets while a batch is in flight and sends them together in the next: one transaction for
 * all, each judged on its own. A lone bet goes at once.
 */
export const createBetIntake = (deps: Deps, options: BetIntakeOptions = {}): BetIntake => {
  const { stripe = 0, shards: count = 3, maxBatch = 1_000, maxWaiting = 10_000 } = options;
  const { patienceMs = 500 } = options;
  const finder = createRoundFinder(deps);
  const shards = Array.from({ length: count }, (_, n) =>
    createBetShard(deps, finder, { stripe: (stripe + n) % STRIPES, maxBatch, patienceMs }),
  );
  const waiting = () => shards.reduce((sum, shard) => sum + shard.waiting(), 0);
  let closed = false;

  return {
    place: (request: BetRequest) => {
      if (closed) return Promise.reject(overloaded("The service is stopping. Send the bet again."));
      if (waiting() >= maxWaiting) {
        return Promise.reject(overloaded("Too many bets are waiting. Send the bet again."));
      }
      const { promise, resolve, reject } = Promise.withResolvers<BetReceipt>();
      shards[shardOf(request.userId, count)]?.push({
        request,
        tries: 0,
        moved: false,
        resolve,
        reject,
      });
      return promise;
    },
    waiting,
    close: async () => {
      closed = true;
      await Promise.all(shards.map((shard) => shard.idle()));
      finder.close();
    },
  };
};
