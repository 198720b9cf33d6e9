import type { Drawing } from "@closebell/custody";
import type { Column } from "../output/table.ts";
import { usdc } from "./money.ts";

/** What was taken out, one a line. */
export const DRAWING_COLUMNS: readonly Column<Drawing>[] = [
  { title: "DRAWING", of: ({ id }) => id },
  { title: "FROM", of: ({ account }) => account },
  { title: "AMOUNT USDC", of: ({ amountMicroUsdc }) => usdc(amountMicroUsdc), right: true },
  { title: "TO", of: ({ to }) => to },
  { title: "BOOKED", of: ({ createdAt }) => createdAt.toString() },
  { title: "TRANSACTION", of: ({ chain, tx, log }) => `${chain} ${tx} log ${log}` },
  { title: "WHY", of: ({ reason }) => reason },
];
