import { fileURLToPath } from "node:url";
import type { MigrationSet } from "@closebell/database";

export * from "./advance-chain.ts";
export * from "./approve-withdrawal.ts";
export type * from "./block-ref.ts";
export * from "./book-drawings.ts";
export * from "./chain-sender.ts";
export * from "./chain.ts";
export type { ChainProblem, ChainProgress, ChainStep } from "./chain-pass.ts";
export * from "./chain-status.ts";
export * from "./chain-totals.ts";
export * from "./check-chains.ts";
export * from "./credit-user.ts";
export * from "./custody-deps.ts";
export * from "./custody-policy.ts";
export * from "./custody-statistics.ts";
export type { Deposit } from "./deposit.ts";
export type { DepositState } from "./deposit-state.ts";
export type { Drawing, DrawingAccount } from "./drawing.ts";
export * from "./ensure-wallet.ts";
export * from "./get-deposit.ts";
export * from "./get-wallets.ts";
export * from "./get-withdrawal.ts";
export * from "./holds-play-money.ts";
export * from "./holds-real-money.ts";
export * from "./list-deposits.ts";
export * from "./list-drawings.ts";
export * from "./list-payout-addresses.ts";
export * from "./list-withdrawals.ts";
export { pauseWithdrawals } from "./pause-withdrawals.ts";
export type { PayoutAddress } from "./payout-address.ts";
export * from "./payout-wait.ts";
export * from "./reconcile-custody.ts";
export * from "./record-deposit.ts";
export * from "./reject-withdrawal.ts";
export * from "./release-deposit.ts";
export * from "./remove-payout-address.ts";
export * from "./request-withdrawal.ts";
export { type Reserves, reserves, type ReserveWallet } from "./reserves.ts";
export type { ReserveItem } from "./reserve-items.ts";
export * from "./resume-withdrawals.ts";
export * from "./review-withdrawal.ts";
export * from "./save-payout-address.ts";
export * from "./scan-chain.ts";
export * from "./sweep-chain.ts";
export type { Sweep } from "./sweep-deposits.ts";
export * from "./use-held.ts";
export type { Wallet } from "./wallet.ts";
export type { Withdrawal } from "./withdrawal.ts";
export type { WithdrawalState } from "./withdrawal-state.ts";
export type { WithdrawalSwitch } from "./withdrawal-switch.ts";

/** Schema `custody`. */
export const migrations: MigrationSet = {
  name: "custody",
  folder: fileURLToPath(new URL("../migrations", import.meta.url)),
};
