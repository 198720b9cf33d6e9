import type { Bet } from "@closebell/rounds";
import type { z } from "@hono/zod-openapi";
import type { betSchema } from "../schemas/bet.ts";

export const presentBet = (bet: Bet): z.infer<typeof betSchema> => ({
  id: bet.id,
  userId: bet.userId,
  market: bet.market,
  roundCode: bet.roundCode,
  side: bet.side,
  stakeMicroUsdc: String(bet.stake),
  acceptedAt: bet.acceptedAt.toString(),
  state: bet.state,
  payoutMicroUsdc: bet.payout === null ? null : String(bet.payout),
  refundReason: bet.refundReason,
});

/** A bet as it was first answered, whatever has become of it since: what a repeated request gets again. */
export const presentAccepted = (bet: Bet): z.infer<typeof betSchema> =>
  presentBet({ ...bet, state: "PLACED", payout: null, refundReason: null });
