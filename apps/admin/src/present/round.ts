import type { Round, RoundRules } from "@closebell/rounds";
import { facts, type Column } from "../output/table.ts";
import { digits, usdc, usdcOrDash } from "./money.ts";

/** A round as JSON: the fields of the HTTP API. */
export const roundJson = (round: Round) => ({
  market: round.market,
  code: round.code,
  symbol: round.symbol,
  closingDate: round.closingDate,
  previousDate: round.previousDate,
  state: round.state,
  paused: round.paused,
  heldReason: round.heldReason,
  opensAt: round.opensAt,
  lockAt: round.lockAt,
  closeAt: round.closeAt,
  settlesFrom: round.settlesFrom,
  graceEndsAt: round.graceEndsAt,
  outcome: round.outcome,
  voidReason: round.voidReason,
  previousClose: round.previousClose,
  close: round.close,
  priceSource: round.priceSource,
  poolUpMicroUsdc: digits(round.poolUp),
  poolDownMicroUsdc: digits(round.poolDown),
  feeMicroUsdc: digits(round.fee),
  betsUp: Number(round.betsUp),
  betsDown: Number(round.betsDown),
  settledAt: round.settledAt,
  rules: {
    version: round.rules.rulesVersion,
    feeBps: round.rules.feeBps,
    minStakeMicroUsdc: digits(round.rules.minStake),
    maxStakeMicroUsdc: digits(round.rules.maxStake),
    guardBps: round.rules.guardBps,
    onGraceEnd: round.rules.onGraceEnd,
    sources: round.rules.sources,
    sourceRule: round.rules.sourceRule,
    toleranceBps: round.rules.toleranceBps,
    tie: "DOWN",
  },
});

/** Whom a market or a round asks, and how their answers become a price. */
export const sourcesText = ({ sources, sourceRule, toleranceBps }: RoundRules): string => {
  const within = toleranceBps === 0 ? "" : ` within ${toleranceBps} bps`;
  return `${sources.join(", ")} (${sourceRule}${within})`;
};

const stateOf = (round: Round): string => {
  if (round.heldReason !== null) return `${round.state} (held: ${round.heldReason})`;
  return round.paused && round.outcome === null ? `${round.state} (paused)` : round.state;
};

const outcomeOf = (round: Round): string => {
  if (round.outcome === null) return "-";
  return round.voidReason === null ? round.outcome : `${round.outcome} (${round.voidReason})`;
};

/** A list of rounds, one a line. */
export const ROUND_COLUMNS: readonly Column<Round>[] = [
  { title: "MARKET", of: (round) => round.market },
  { title: "CODE", of: (round) => round.code },
  { title: "STATE", of: stateOf },
  { title: "OUTCOME", of: outcomeOf },
  { title: "LOCKS", of: (round) => round.lockAt.toString() },
  { title: "BETS", of: (round) => String(round.betsUp + round.betsDown), right: true },
  { title: "UP USDC", of: (round) => usdc(round.poolUp), right: true },
  { title: "DOWN USDC", of: (round) => usdc(round.poolDown), right: true },
  { title: "FEE USDC", of: (round) => usdcOrDash(round.fee), right: true },
];

/** One round, a line for each thing to know. */
export const roundText = (round: Round): string =>
  facts([
    ["round", `${round.market} ${round.code}`],
    ["state", stateOf(round)],
    ["outcome", outcomeOf(round)],
    ["opens", round.opensAt.toString()],
    ["locks", round.lockAt.toString()],
    ["settles from", round.settlesFrom.toString()],
    ["grace ends", round.graceEndsAt.toString()],
    ["previous close", `${round.previousClose ?? "-"} (${round.previousDate})`],
    ["close", `${round.close ?? "-"} (${round.closingDate})`],
    ["up", `${usdc(round.poolUp)} USDC in ${round.betsUp} bets`],
    ["down", `${usdc(round.poolDown)} USDC in ${round.betsDown} bets`],
    ["fee", `${usdcOrDash(round.fee)} USDC (${round.rules.feeBps / 100} % of the losing pool)`],
    ["closes of", round.priceSource ?? undefined],
    ["sources", sourcesText(round.rules)],
    ["settled", round.settledAt?.toString()],
  ]);
