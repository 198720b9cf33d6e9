import type { Deposit, DepositState } from "@closebell/custody";
import { type Column, facts } from "../output/table.ts";
import { usdc } from "./money.ts";

export const DEPOSIT_STATES = [
  "SEEN",
  "CONFIRMED",
  "CREDITED",
  "SUSPENDED",
  "REORGED",
] as const satisfies readonly DepositState[];

/** A list of deposits, one a line. */
export const DEPOSIT_COLUMNS: readonly Column<Deposit>[] = [
  { title: "DEPOSIT", of: ({ id }) => id },
  { title: "STATE", of: ({ state }) => state },
  { title: "AMOUNT USDC", of: ({ amountMicroUsdc }) => usdc(amountMicroUsdc), right: true },
  { title: "USER", of: ({ userId }) => userId },
  { title: "SEEN", of: ({ createdAt }) => createdAt.toString() },
  { title: "TRANSACTION", of: ({ tx, log }) => `${tx} log ${log}` },
];

/** One deposit, a line for each thing to know. */
export const depositText = (deposit: Deposit): string =>
  facts([
    ["deposit", deposit.id],
    ["user", deposit.userId],
    ["amount", `${usdc(deposit.amountMicroUsdc)} USDC`],
    ["state", deposit.state],
    ["chain", deposit.chain],
    ["transaction", `${deposit.tx} log ${deposit.log}`],
    ["address", deposit.address],
    ["seen", deposit.createdAt.toString()],
    ["credited", deposit.creditedAt?.toString()],
  ]);
