import { fileURLToPath } from "node:url";
import type { MigrationSet } from "@closebell/database";

export { STRIPES } from "./accounts.ts";
export { advanceRounds, type Advanced } from "./advance-rounds.ts";
export type { Answer, OracleDeps, OracleObserver } from "./ask-source.ts";
export { auditRounds } from "./audit-rounds.ts";
export { closeChecks, type CloseCheck } from "./close-checks.ts";
export { createBetIntake, type BetIntakeOptions } from "./bet-batcher.ts";
export type { BetIntake, BetReceipt, BetRequest } from "./bet-intake.ts";
export { cancelSession, closeSessionAt } from "./calendar-exceptions.ts";
export { currentRounds, type CurrentRounds } from "./current-rounds.ts";
export { ensureDefaultMarket, type MarketSettings } from "./ensure-default-market.ts";
export { getBet } from "./get-bet.ts";
export { getRound } from "./get-round.ts";
export { holdRound, releaseRound } from "./hold-round.ts";
export { listCalendar, type CalendarDay } from "./list-calendar.ts";
export { listRounds } from "./list-rounds.ts";
export { listUserBets } from "./list-user-bets.ts";
export { lockRound } from "./lock-round.ts";
export { getMarket, listMarkets } from "./markets.ts";
export { openRound } from "./open-round.ts";
export type { OperateInput } from "./operate-round.ts";
export * from "./oracle.ts";
export { pauseRound, resumeRound } from "./pause-round.ts";
export { probeSources, type Probe, type ProbedSource } from "./probe-sources.ts";
export { quote, quoteOn, type Quote } from "./quote.ts";
export { roundEvidence, type OracleAttempt } from "./round-evidence.ts";
export { recheckCloses, type Rechecked } from "./recheck-closes.ts";
export { recheckRound } from "./recheck-round.ts";
export {
  roundStatistics,
  type BetVolume,
  type CloseDifference,
  type RoundCount,
  type RoundStatistics,
} from "./round-statistics.ts";
export { roundTotals, type RoundTotals } from "./round-totals.ts";
export { setMarketSources, type MarketSources } from "./set-market-sources.ts";
export {
  settlingRounds,
  type SettlementProgress,
  type SettlingRound,
} from "./settlement-progress.ts";
export { parseSource, SOURCE_ENTRY, type SourceEntry } from "./source-entry.ts";
export { settleRound, type SettleResult } from "./settle-round.ts";
export * from "./types.ts";

export const migrations: MigrationSet = {
  name: "rounds",
  folder: fileURLToPath(new URL("../migrations", import.meta.url)),
};
