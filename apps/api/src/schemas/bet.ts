import { z } from "@hono/zod-openapi";
import { idOut, instantOut, marketIn, roundCodeIn, sideIn, userIn } from "./common.ts";
import { amountIn, amountOut } from "./money.ts";

export const placeBetBody = z.strictObject({
  userId: userIn("Who bets"),
  side: sideIn,
  stakeMicroUsdc: amountIn("1000000"),
  roundCode: roundCodeIn
    .optional()
    .openapi({ description: "The round; the one open now if missing", example: "20261123" }),
  market: marketIn,
});

export const betSchema = z
  .object({
    id: idOut("The bet's id"),
    userId: idOut("Who bet"),
    market: z.string().openapi({ example: "NDX" }),
    roundCode: z.string().openapi({ example: "20261123" }),
    side: z.enum(["UP", "DOWN"]),
    stakeMicroUsdc: amountOut("1000000"),
    acceptedAt: instantOut("2026-11-23T15:04:05.123456Z", "When the bet was accepted"),
    state: z.enum(["PLACED", "WON", "LOST", "REFUNDED"]),
    payoutMicroUsdc: amountOut("1990000", "What came back, stake included; null while open")
      .nullable()
      .openapi({ example: null }),
    refundReason: z
      .enum(["CANCELLED_SESSION", "ORACLE_TIMEOUT", "NO_WINNERS", "OPERATOR", "PAST_POST"])
      .nullable()
      .openapi({
        description: "Why the stake came back; PAST_POST: taken after the true lock",
        example: null,
      }),
  })
  .openapi("Bet");
