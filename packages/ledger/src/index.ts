import { fileURLToPath } from "node:url";
import type { MigrationSet } from "@closebell/database";

export * from "./account-codes.ts";
export * from "./account-statement.ts";
export * from "./balance-reader.ts";
export * from "./balances.ts";
export * from "./correct-transfer.ts";
export * from "./draw-seed.ts";
export * from "./ensure-period.ts";
export * from "./ensure-periods-ahead.ts";
export * from "./errors.ts";
export * from "./export-seals.ts";
export * from "./imbalance.ts";
export * from "./open-accounts.ts";
export * from "./period.ts";
export * from "./post-transfers.ts";
export * from "./reconcile.ts";
export * from "./seal-transfers.ts";
export * from "./trial-balance.ts";
export * from "./tvl.ts";
export * from "./verify-seals.ts";

export const migrations: MigrationSet = {
  name: "ledger",
  folder: fileURLToPath(new URL("../migrations", import.meta.url)),
};
