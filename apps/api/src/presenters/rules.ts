import { formatUsdc } from "@closebell/money";
import { parseSource, type RoundRules } from "@closebell/rounds";

const percent = (bps: number): string => `${bps / 100} %`;

const TIE = "A close equal to the previous session's close is DOWN.";

const FINALITY =
  "A placed bet is final: it can't be changed or taken back. The close known at settlement decides; " +
  "a later correction of the price does not reopen the round.";

const named = (sources: readonly string[]): string =>
  sources.map((entry) => parseSource(entry).name).join(", ");

const pricesRule = ({ sources, sourceRule, toleranceBps }: RoundRules): string => {
  const both = "Both closes are always of the same source.";
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) {
    return `Both closes are those that ${parseSource(only).name} gives.`;
  }
  const from = named(sources);
  switch (sourceRule) {
    case "first":
      return `The first of these sources that gives valid closes counts: ${from}. ${both}`;
    case "all-agree": {
      const near = toleranceBps === 0 ? "equal" : `be within ${percent(toleranceBps)} of`;
      return (
        `All of these sources must answer and be on the same side, and their closes must ${near} the first one's, ` +
        `which count: ${from}. ${both}`
      );
    }
    case "median":
      return (
        `Most of these sources must answer: ${from}. The one in the middle counts, in order of how far each says the ` +
        `price moved; with an even number the two in the middle must be on the same side. ${both}`
      );
  }
};

const voidRule = (rules: RoundRules): string => {
  const noPrice =
    rules.onGraceEnd === "void"
      ? "there is no valid price by the end of the grace"
      : "an operator finds that there is no valid price";
  return (
    `Every stake comes back in full, without a fee, if the session is cancelled, if ${noPrice}, if nobody is on the ` +
    `winning side, or if an operator voids the round. A move above ${percent(rules.guardBps)} is first checked by hand.`
  );
};

/** A round's rules in figures and in words, which are made of the same figures. */
export const presentRules = (rules: RoundRules) => ({
  version: rules.rulesVersion,
  feeBps: rules.feeBps,
  minStakeMicroUsdc: String(rules.minStake),
  maxStakeMicroUsdc: String(rules.maxStake),
  guardBps: rules.guardBps,
  onGraceEnd: rules.onGraceEnd,
  sources: [...rules.sources],
  sourceRule: rules.sourceRule,
  toleranceBps: rules.toleranceBps,
  outcome:
    "UP wins if the official close is above the previous session's close, DOWN if it is not. " +
    `Stakes from ${formatUsdc(rules.minStake)} USDC, up to ${formatUsdc(rules.maxStake)} USDC per user and round.`,
  prices: pricesRule(rules),
  tie: TIE,
  fee:
    `${percent(rules.feeBps)} of the losing pool, rounded down. None if the round is void or nobody is on the ` +
    "losing side.",
  payout:
    "Winners get their stake back and share the losing pool less the fee in proportion to their stakes. Units left " +
    "over by rounding go to the largest remainders, among equals to the lower bet id.",
  void: voidRule(rules),
  finality: FINALITY,
});
