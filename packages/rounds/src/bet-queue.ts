import type { BetReceipt, BetRequest } from "./bet-intake.ts";

/** A bet whose sender waits for an answer. */
export interface WaitingBet {
  readonly request: BetRequest;
  /** Batches in which its account was locked. */
  readonly tries: number;
  /** Whether the round chosen for it was over once, and another had to be chosen. */
  readonly moved: boolean;
  readonly resolve: (receipt: BetReceipt) => void;
  readonly reject: (error: unknown) => void;
}

const isOnRoundOf = (first: BetRequest, { market, roundCode }: BetRequest): boolean =>
  market === first.market && roundCode === first.roundCode;

/**
 * Takes the next batch out of the queue: bets on the same round as the first, one a user at most, so that a balance is
 * compared with one stake and a key is looked up once. The others keep their order. Reads no further than the batch.
 */
export const takeBatch = (queue: WaitingBet[], maxBatch: number): readonly WaitingBet[] => {
  const [first] = queue;
  if (first === undefined) return [];
  const users = new Set<string>();
  const batch: WaitingBet[] = [];
  const passedOver: WaitingBet[] = [];
  let read = 0;
  for (const waiting of queue) {
    if (batch.length === maxBatch) break;
    const { request } = waiting;
    const fits = isOnRoundOf(first.request, request) && !users.has(request.userId);
    (fits ? batch : passedOver).push(waiting);
    users.add(request.userId);
    read += 1;
  }
  queue.splice(0, read, ...passedOver);
  return batch;
};
