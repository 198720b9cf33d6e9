import type { BetIntake, BetReceipt } from "@closebell/rounds";

const ACCEPTED_AT = Temporal.Instant.from("2026-11-23T15:04:05.123456Z");

/** The verb that does nothing: what is left is the route and its middleware. */
export const constantIntake = (): BetIntake => ({
  place: ({ userId, side, stake }): Promise<BetReceipt> =>
    Promise.resolve({
      replayed: false,
      bet: {
        id: "019ab000-0000-7000-8000-000000000000",
        userId,
        market: "NDX",
        roundCode: "20261123",
        side,
        stake,
        acceptedAt: ACCEPTED_AT,
        state: "PLACED",
        payout: null,
        refundReason: null,
      },
    }),
  waiting: () => 0,
  close: () => Promise.resolve(),
});
