import type { Deps } from "@closebell/database";
import type { WaitingBet } from "./bet-queue.ts";
import { readBet } from "./get-bet.ts";
import type { Placed } from "./place-bets.ts";
import { overloaded, refusalOf } from "./refusals.ts";

/** An account that is locked elsewhere for this many batches makes its bet fail; nothing of it was written. */
const MAX_TRIES = 200;

/** Answers one bet by what the database said of it, or puts it back in the queue where it must be tried again. */
export const answerBet = async (
  deps: Pick<Deps, "database">,
  waiting: WaitingBet,
  placed: Placed,
  round: { readonly market: string; readonly code: string },
  requeue: (waiting: WaitingBet) => void,
): Promise<void> => {
  const { request, tries, resolve, reject } = waiting;
  const { result, betId, betRound, acceptedAt } = placed;
  // the lock may have passed between choosing the round and taking its fence: choose again once
  const moved = result === "ROUND_NOT_OPEN" && request.roundCode === undefined && tries === 0;
  if (moved || (result === "BUSY" && tries < MAX_TRIES)) {
    requeue({ ...waiting, tries: tries + 1 });
  } else if (result === "BUSY") {
    reject(overloaded("The account is busy. Send the bet again with the same key."));
  } else if (result === "REPLAYED" && betId !== null && betRound !== null) {
    resolve({ bet: await readBet(deps.database.orm, betRound, betId), replayed: true });
  } else if (result === "ACCEPTED" && betId !== null && acceptedAt !== null) {
    const { userId, side, stake } = request;
    const bet = { id: betId, userId, side, stake, acceptedAt, payout: null, refundReason: null };
    const where = { market: round.market, roundCode: round.code };
    resolve({ bet: { ...bet, ...where, state: "PLACED" }, replayed: false });
  } else if (result !== "ACCEPTED" && result !== "REPLAYED") {
    reject(refusalOf(result));
  } else {
    reject(new Error(`rounds.place_bets answered ${result} without its bet`));
  }
};
