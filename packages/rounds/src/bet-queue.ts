import type { BetReceipt } from "./bet-intake.ts";
import type { PlaceRequest } from "./place-bets.ts";

/** A bet whose sender waits for an answer. */
export interface WaitingBet {
  readonly request: PlaceRequest;
  /** Batches it has been part of without an answer. */
  readonly tries: number;
  readonly resolve: (receipt: BetReceipt) => void;
  readonly reject: (error: unknown) => void;
}

const groupOf = ({ request }: WaitingBet): string =>
  `${request.market ?? ""}/${request.roundCode ?? ""}`;

/**
 * Takes the next batch out of the queue: bets on the same round as the first, one a user at most, so that a balance is
 * compared with one stake and a key is looked up once. The others keep their order.
 */
export const takeBatch = (queue: WaitingBet[], maxBatch: number): readonly WaitingBet[] => {
  const [first] = queue;
  if (first === undefined) return [];
  const users = new Set<string>();
  const batch: WaitingBet[] = [];
  const rest: WaitingBet[] = [];
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
