import type { CurrentRounds, Quote, Round } from "@closebell/rounds";
import type { z } from "@hono/zod-openapi";
import type { currentRoundsSchema, quoteSchema, roundSchema } from "../schemas/round.ts";
import { presentRules } from "./rules.ts";
import type { Simulated } from "./simulated.ts";

/** A round as JSON. */
export const presentRound = (round: Round, simulated: Simulated): z.infer<typeof roundSchema> => ({
  market: round.market,
  code: round.code,
  symbol: round.symbol,
  closingDate: round.closingDate,
  previousDate: round.previousDate,
  state: round.state,
  paused: round.paused,
  heldReason: round.heldReason,
  opensAt: round.opensAt.toString(),
  lockAt: round.lockAt.toString(),
  closeAt: round.closeAt.toString(),
  settlesFrom: round.settlesFrom.toString(),
  graceEndsAt: round.graceEndsAt.toString(),
  outcome: round.outcome,
  voidReason: round.voidReason,
  previousClose: round.previousClose,
  close: round.close,
  priceSource: round.priceSource,
  poolUpMicroUsdc: String(round.poolUp),
  poolDownMicroUsdc: String(round.poolDown),
  feeMicroUsdc: round.fee === null ? null : String(round.fee),
  betsUp: Number(round.betsUp),
  betsDown: Number(round.betsDown),
  settledAt: round.settledAt?.toString() ?? null,
  simulated: simulated.prices(round.rules.sources),
  rules: presentRules(round.rules),
});

/** What a market is doing now, as JSON. It holds no time of its own, so that an unchanged answer keeps its ETag. */
export const presentCurrent = (
  current: CurrentRounds,
  simulated: Simulated,
): z.infer<typeof currentRoundsSchema> => ({
  market: current.market,
  open: current.open === null ? null : presentRound(current.open, simulated),
  opensNextAt: current.opensNextAt?.toString() ?? null,
  settling: current.settling.map((round) => presentRound(round, simulated)),
});

const NOTE =
  "What the stake would pay if the round locked now. It is a calculation, not an offer: every later bet changes it. " +
  "Settlement pays this or one micro-USDC more.";

const presentSide = (side: Quote["sides"]["UP"]) => ({
  payoutMicroUsdc: String(side.payout),
  profitMicroUsdc: String(side.profit),
  oneSided: side.oneSided,
});

export const presentQuote = (
  { round, stake, sides }: Quote,
  simulated: Simulated,
): z.infer<typeof quoteSchema> => ({
  market: round.market,
  roundCode: round.code,
  stakeMicroUsdc: String(stake),
  feeBps: round.rules.feeBps,
  poolUpMicroUsdc: String(round.poolUp),
  poolDownMicroUsdc: String(round.poolDown),
  up: presentSide(sides.UP),
  down: presentSide(sides.DOWN),
  simulated: simulated.prices(round.rules.sources),
  note: NOTE,
});
