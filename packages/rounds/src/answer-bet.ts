import type { Deps } from "@closebell/database";
import type { BetReceipt, BetRequest } from "./bet-intake.ts";
import { readBet } from "./get-bet.ts";
import type { Placed } from "./place-bets.ts";
import { overloaded, refusalOf } from "./refusals.ts";

/**
 * The receipt of a bet that the database answered for good; a promise where it must be read first.
 * @throws DomainError why it was refused
 */
export const answerBet = (
  deps: Pick<Deps, "database">,
  { userId, side, stake }: BetRequest,
  round: { readonly market: string; readonly code: string },
  { result, betId, betRound, acceptedAt }: Placed,
): BetReceipt | Promise<BetReceipt> => {
  if (result === "ACCEPTED" && betId !== null && acceptedAt !== null) {
    const bet = { id: betId, userId, market: round.market, roundCode: round.code, side, stake };
    return {
      bet: { ...bet, acceptedAt, state: "PLACED", payout: null, refundReason: null },
      replayed: false,
    };
  }
  if (result === "REPLAYED" && betId !== null && betRound !== null) {
    return readBet(deps.database.orm, betRound, betId).then((bet) => ({ bet, replayed: true }));
  }
  if (result === "BUSY")
    throw overloaded("The account is busy. Send the bet again with the same key.");
  if (result !== "ACCEPTED" && result !== "REPLAYED") throw refusalOf(result);
  throw new Error(`rounds.place_bets answered ${result} without its bet`);
};
