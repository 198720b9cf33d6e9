import { DomainError } from "@closebell/context";
import type { Deps } from "@closebell/database";
import type { BetIntake, BetReceipt, BetRequest } from "./bet-intake.ts";
import { findBatchRound } from "./find-batch-round.ts";
import { readBet } from "./get-bet.ts";
import { placeBets, type Placed, type PlaceRequest } from "./place-bets.ts";
import { overloaded, refusalOf } from "./refusals.ts";

interface Waiting {
  readonly request: PlaceRequest;
  /** Batches it has been part of without an answer. */
  readonly tries: number;
  readonly resolve: (receipt: BetReceipt) => void;
  readonly reject: (error: unknown) => void;
}

export interface BetIntakeOptions {
  /** Which of the round's pool rows this process writes to, so that processes don't wait for each other. */
  readonly stripe?: number;
  /** Bets in one transaction at most. */
  readonly maxBatch?: number;
  /** Bets that may wait; past that, OVERLOADED. */
  readonly maxWaiting?: number;
}

/** An account that is locked elsewhere for this many batches makes its bet fail; nothing of it was written. */
const MAX_TRIES = 200;
/** Pause before trying again where a whole batch found its accounts locked. */
const BUSY_PAUSE_MS = 10;

const groupOf = ({ request }: Waiting): string =>
  `${request.market ?? ""}/${request.roundCode ?? ""}`;

/** Takes the bets of one group, one a user, out of the queue; the others keep their order. */
const takeBatch = (queue: Waiting[], maxBatch: number): Waiting[] => {
  const [first] = queue;
  if (first === undefined) return [];
  const users = new Set<string>();
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  for (const waiting of queue) {
    const { userId } = waiting.request;
    const fits =
      batch.length < maxBatch && groupOf(waiting) === groupOf(first) && !users.has(userId);
    (fits ? batch : rest).push(waiting);
    users.add(userId);
  }
  queue.splice(0, queue.length, ...rest);
  return batch;
};

/**
 * The intake that gathers bets while a batch is in flight and sends them together in the next: one transaction for
 * all, each judged on its own. A lone bet goes at once. Where a batch fails as a whole it is halved until the bet that
 * breaks it stands alone.
 */
export const createBetIntake = (deps: Deps, options: BetIntakeOptions = {}): BetIntake => {
  const { stripe = 0, maxBatch = 500, maxWaiting = 10_000 } = options;
  const queue: Waiting[] = [];
  let running: Promise<void> | undefined;
  let closed = false;

  const answer = async (
    waiting: Waiting,
    placed: Placed,
    round: { readonly market: string; readonly code: string },
  ): Promise<void> => {
    const { request, resolve, reject } = waiting;
    const { result, betId, betRound, acceptedAt } = placed;
    if (result === "BUSY") {
      if (waiting.tries < MAX_TRIES) queue.push({ ...waiting, tries: waiting.tries + 1 });
      else reject(overloaded("The account is busy. Send the bet again with the same key."));
      return;
    }
    if (betId === null || betRound === null || acceptedAt === null) {
      // the lock may have passed between choosing the round and taking its fence: choose again once
      if (result === "ROUND_NOT_OPEN" && request.roundCode === undefined && waiting.tries === 0) {
        queue.push({ ...waiting, tries: 1 });
      } else if (result !== "ACCEPTED" && result !== "REPLAYED") reject(refusalOf(result));
      return;
    }
    if (result === "REPLAYED") {
      resolve({ bet: await readBet(deps.database.orm, betRound, betId), replayed: true });
    } else if (result === "ACCEPTED") {
      const { userId, side, stake } = request;
      const where = { market: round.market, roundCode: round.code };
      const fresh = { state: "PLACED", payout: null, refundReason: null } as const;
      resolve({
        bet: { id: betId, userId, ...where, side, stake, acceptedAt, ...fresh },
        replayed: false,
      });
    } else reject(refusalOf(result));
  };

  const settleAll = async (
    batch: readonly Waiting[],
    placed: readonly Placed[],
    round: { readonly market: string; readonly code: string },
  ): Promise<void> => {
    await Promise.all(
      batch.map(async (waiting, n) => {
        const one = placed[n];
        try {
          if (one === undefined) throw new Error("rounds.place_bets left a bet unanswered");
          await answer(waiting, one, round);
        } catch (error) {
          waiting.reject(error);
        }
      }),
    );
    const accepted = placed.filter(({ result }) => result === "ACCEPTED").length;
    if (accepted > 0) {
      deps.log.debug({ ...round, bets: batch.length, accepted }, "bets placed");
      deps.events.publish({ type: "round.pools", market: round.market, round: round.code });
    }
    if (placed.every(({ result }) => result === "BUSY")) await Bun.sleep(BUSY_PAUSE_MS);
  };

  const run = async (batch: readonly Waiting[]): Promise<void> => {
    const [first] = batch;
    if (first === undefined) return;
    const { market, roundCode } = first.request;
    try {
      const round = await findBatchRound(deps, market, roundCode);
      const placed = await placeBets(
        deps,
        round,
        stripe,
        batch.map(({ request }) => request),
      );
      await settleAll(batch, placed, { market: round.market, code: round.code });
    } catch (error) {
      if (batch.length === 1 || error instanceof DomainError) {
        for (const waiting of batch) waiting.reject(error);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await run(batch.slice(0, half));
      await run(batch.slice(half));
    }
  };

  const pump = async (): Promise<void> => {
    while (queue.length > 0) await run(takeBatch(queue, maxBatch));
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
      const id = deps.ids.uuid();
      queue.push({ request: { ...request, id }, tries: 0, resolve, reject });
      running ??= pump();
      return promise;
    },
    waiting: () => queue.length,
    close: async () => {
      closed = true;
      await running;
    },
  };
};
