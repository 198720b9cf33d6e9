import type { Terminal } from "../output/terminal.ts";
import { facts } from "../output/table.ts";
import { auditJson } from "../present/audit.ts";
import { usdc } from "../present/money.ts";
import type { ReplayOutcome } from "./run-replay.ts";

/** What a replay came to, as one JSON object. Counts are numbers, amounts strings of digits. */
export const replayJson = ({ totals, audit }: ReplayOutcome) => ({
  rounds: totals.rounds,
  up: totals.up,
  down: totals.down,
  void: totals.void,
  ties: totals.ties,
  bets: totals.bets,
  stakedMicroUsdc: totals.staked.toString(),
  paidMicroUsdc: totals.paid.toString(),
  feesMicroUsdc: totals.fees.toString(),
  refundedMicroUsdc: totals.refunded.toString(),
  audit: auditJson(audit),
});

/** The same for people. */
export const replayText = ({ totals, audit }: ReplayOutcome, terminal: Terminal): string => {
  const failed = audit.checks.filter(({ ok }) => !ok).map(({ name }) => name);
  return facts([
    ["rounds", terminal.bold(String(totals.rounds))],
    ["up", String(totals.up)],
    ["down", `${totals.down}, of which ${totals.ties} ties`],
    ["void", String(totals.void)],
    ["bets", String(totals.bets)],
    ["staked", `${usdc(totals.staked)} USDC`],
    ["paid", `${usdc(totals.paid)} USDC to winners, their stakes included`],
    ["fees", `${usdc(totals.fees)} USDC`],
    ["refunded", `${usdc(totals.refunded)} USDC`],
    ["audit", audit.ok ? `${audit.checks.length} checks hold` : `FAILED: ${failed.join(", ")}`],
  ]);
};
