import { DomainError } from "@closebell/context";
import type { Deps } from "@closebell/database";
import { answerBet } from "./answer-bet.ts";
import type { BetIntake, BetReceipt, BetRequest } from "./bet-intake.ts";
import { takeBatch, type WaitingBet } from "./bet-queue.ts";
import { findBatchRound } from "./find-batch-round.ts";
import { placeBets } from "./place-bets.ts";
import { overloaded } from "./refusals.ts";

export interface BetIntakeOptions {
  /** Which of the round's pool rows this process writes to, so that processes don't wait for each other. */
  readonly stripe?: number;
  /** Bets in one transaction at most. */
  readonly maxBatch?: number;
  /** Bets that may wait; past that, OVERLOADED. */
  readonly maxWaiting?: number;
}

/** Pause before trying again where a whole batch found its accounts locked. */
const BUSY_PAUSE_MS = 10;

interface Batcher {
  readonly deps: Deps;
  readonly stripe: number;
  readonly queue: WaitingBet[];
}

/** Sends one batch and answers each of its bets. */
const sendBatch = async (batcher: Batcher, batch: readonly WaitingBet[]): Promise<void> => {
  const { deps, stripe, queue } = batcher;
  const [first] = batch;
  if (first === undefined) return;
  const { market, roundCode } = first.request;
  const round = await findBatchRound(deps, market, roundCode);
  const requests = batch.map(({ request }) => request);
  const placed = await placeBets(deps, round, stripe, requests);
  await Promise.all(
    batch.map(async (waiting, n) => {
      try {
        const one = placed[n];
        if (one === undefined) throw new Error("rounds.place_bets left a bet unanswered");
        await answerBet(deps, waiting, one, round, (again) => queue.push(again));
      } catch (error) {
        waiting.reject(error);
      }
    }),
  );
  const accepted = placed.filter(({ result }) => result === "ACCEPTED").length;
  if (accepted > 0) {
    const where = { market: round.market, round: round.code };
    deps.log.debug({ ...where, bets: batch.length, accepted }, "bets placed");
    deps.events.publish({ type: "round.pools", ...where });
  }
  if (placed.every(({ result }) => result === "BUSY")) await Bun.sleep(BUSY_PAUSE_MS);
};

/** Sends a batch; one that fails as a whole is halved until the bet that breaks it stands alone. */
const sendOrSplit = async (batcher: Batcher, batch: readonly WaitingBet[]): Promise<void> => {
  try {
    await sendBatch(batcher, batch);
  } catch (error) {
    if (batch.length === 1 || error instanceof DomainError) {
      for (const waiting of batch) waiting.reject(error);
      return;
    }
    const half = Math.ceil(batch.length / 2);
    await sendOrSplit(batcher, batch.slice(0, half));
    await sendOrSplit(batcher, batch.slice(half));
  }
};

/**
 * The intake that gathers bets while a batch is in flight and sends them together in the next: one transaction for
 * all, each judged on its own. A lone bet goes at once.
 */
export const createBetIntake = (deps: Deps, options: BetIntakeOptions = {}): BetIntake => {
  const { stripe = 0, maxBatch = 500, maxWaiting = 10_000 } = options;
  const queue: WaitingBet[] = [];
  let running: Promise<void> | undefined;
  let closed = false;

  const drain = async (): Promise<void> => {
    // bets that arrive together go together, the first one too
    await Promise.resolve();
    while (queue.length > 0) await sendOrSplit({ deps, stripe, queue }, takeBatch(queue, maxBatch));
    running = undefined;
  };

  return {
    place: (request: BetRequest) => {
      if (closed) {
        return Promise.reject(overloaded("The service is stopping. Send the bet again."));
      }
      if (queue.length >= maxWaiting) {
        return Promise.reject(overloaded("Too many bets are waiting. Send the bet again."));
      }
      const { promise, resolve, reject } = Promise.withResolvers<BetReceipt>();
      queue.push({ request: { ...request, id: deps.ids.uuid() }, tries: 0, resolve, reject });
      running ??= drain();
      return promise;
    },
    waiting: () => queue.length,
    close: async () => {
      closed = true;
      await running;
    },
  };
};
