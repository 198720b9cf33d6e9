import type { Withdrawal, WithdrawalState } from "@closebell/custody";
import { type Column, facts } from "../output/table.ts";
import { usdc } from "./money.ts";

export const WITHDRAWAL_STATES = [
  "REQUESTED",
  "APPROVED",
  "SIGNED",
  "BROADCAST",
  "MINED",
  "CONFIRMED",
  "REJECTED",
  "FAILED",
  "NEEDS_REVIEW",
] as const satisfies readonly WithdrawalState[];

const whyOf = ({ waitingFor, failureReason }: Withdrawal): string | undefined =>
  waitingFor ?? failureReason ?? undefined;

/** A list of withdrawals, one a line. */
export const WITHDRAWAL_COLUMNS: readonly Column<Withdrawal>[] = [
  { title: "WITHDRAWAL", of: ({ id }) => id },
  { title: "STATE", of: ({ state }) => state },
  { title: "AMOUNT USDC", of: ({ amountMicroUsdc }) => usdc(amountMicroUsdc), right: true },
  { title: "TO", of: ({ to }) => to },
  { title: "SINCE", of: ({ updatedAt }) => updatedAt.toString() },
  { title: "WHY", of: (withdrawal) => whyOf(withdrawal) ?? "" },
];

/** One withdrawal, a line for each thing to know. */
export const withdrawalText = (withdrawal: Withdrawal): string =>
  facts([
    ["withdrawal", withdrawal.id],
    ["user", withdrawal.userId],
    ["amount", `${usdc(withdrawal.amountMicroUsdc)} USDC`],
    ["to", `${withdrawal.to} on ${withdrawal.chain}`],
    ["state", withdrawal.state],
    ["why", whyOf(withdrawal)],
    ["transaction", withdrawal.tx ?? undefined],
    ["asked for", withdrawal.createdAt.toString()],
    ["since", withdrawal.updatedAt.toString()],
  ]);
