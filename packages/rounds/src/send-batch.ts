import { DomainError } from "@closebell/context";
import { type Deps, isLockTimeout, isStatementTimeout } from "@closebell/database";
import { answerBet } from "./answer-bet.ts";
import type { WaitingBet } from "./bet-queue.ts";
import type { FoundRound, RoundFinder } from "./find-batch-round.ts";
import { placeBets, type Placed } from "./place-bets.ts";
import { overloaded } from "./refusals.ts";

/** How a batch goes out, and where bets go that must be sent again. */
export interface BatchRoute {
  readonly deps: Deps;
  readonly finder: RoundFinder;
  /** Which of the round's pool rows it writes to. */
  readonly stripe: number;
  /** How long it waits for a locked account; 0 leaves its bet out and goes on. */
  readonly patienceMs: number;
  /** Takes a bet back that found no answer in this batch. */
  readonly again: (bet: WaitingBet) => void;
}

const answerOne = async (
  { deps, finder, patienceMs, again }: BatchRoute,
  waiting: WaitingBet,
  round: FoundRound,
  placed: Placed | undefined,
): Promise<void> => {
  const { request, tries, moved } = waiting;
  try {
    if (placed === undefined) throw new Error("rounds.place_bets left a bet unanswered");
    // the lock may have passed between choosing the round and taking its fence: choose again once
    const over = placed.result === "ROUND_NOT_OPEN";
    if (over) finder.forget(request);
    if (over && request.roundCode === undefined && !moved) {
      again({ ...waiting, moved: true });
      return;
    }
    if (placed.result === "BUSY" && patienceMs === 0) {
      again({ ...waiting, tries: tries + 1 });
      return;
    }
    const receipt = answerBet(deps, request, round, placed);
    waiting.resolve(receipt instanceof Promise ? await receipt : receipt);
  } catch (error) {
    waiting.reject(error);
  }
};

const send = async (route: BatchRoute, batch: readonly WaitingBet[]): Promise<void> => {
  const [first] = batch;
  if (first === undefined) return;
  const { deps, finder, stripe, patienceMs } = route;
  const round = await finder.find(first.request);
  const requests = batch.map(({ request }) => request);
  const placed = await placeBets(deps, { round, stripe, requests, patienceMs });
  const accepted = placed.filter((one) => one?.result === "ACCEPTED").length;
  if (accepted > 0) {
    const where = { market: round.market, round: round.code };
    deps.log.debug({ ...where, bets: batch.length, accepted }, "bets placed");
    deps.events.publish({ type: "round.pools", ...where });
  }
  await Promise.all(batch.map((waiting, n) => answerOne(route, waiting, round, placed[n])));
};

const answerTo = (error: unknown): unknown => {
  if (isLockTimeout(error))
    return overloaded("The account is busy. Send the bet again with the same key.");
  if (isStatementTimeout(error))
    return overloaded("The round is busy. Send the bet again with the same key.");
  return error;
};

/**
 * Sends a batch and answers each of its bets; one that fails as a whole is halved until the bet that breaks it stands alone. That it
 * took too long is no bet's doing: its halves would take as long, one after the other.
 */
export const sendBatch = async (route: BatchRoute, batch: readonly WaitingBet[]): Promise<void> => {
  try {
    await send(route, batch);
  } catch (error) {
    if (batch.length > 1 && !(error instanceof DomainError) && !isStatementTimeout(error)) {
      const half = Math.ceil(batch.length / 2);
      await sendBatch(route, batch.slice(0, half));
      await sendBatch(route, batch.slice(half));
      return;
    }
    const answer = answerTo(error);
    for (const waiting of batch) waiting.reject(answer);
  }
};
