import type { Deposit, PayoutAddress, Wallet, Withdrawal } from "@closebell/custody";
import type { z } from "@hono/zod-openapi";
import type {
  depositSchema,
  payoutAddressSchema,
  walletSchema,
  withdrawalSchema,
} from "../schemas/custody.ts";
import type { Simulated } from "./simulated.ts";

export const presentWallet = (
  wallet: Wallet,
  simulated: Simulated,
): z.infer<typeof walletSchema> => ({
  userId: wallet.userId,
  chain: wallet.chain,
  address: wallet.address,
  createdAt: wallet.createdAt.toString(),
  simulated: simulated.chain(wallet.chain),
});

export const presentPayoutAddress = (
  saved: PayoutAddress,
  simulated: Simulated,
): z.infer<typeof payoutAddressSchema> => ({
  userId: saved.userId,
  chain: saved.chain,
  address: saved.address,
  createdAt: saved.createdAt.toString(),
  usableFrom: saved.usableFrom.toString(),
  simulated: simulated.chain(saved.chain),
});

const blockOf = ({ blockNumber: number, blockHash: hash }: Deposit) =>
  number === null || hash === null ? null : { number: String(number), hash };

export const presentDeposit = (
  deposit: Deposit,
  simulated: Simulated,
): z.infer<typeof depositSchema> => ({
  id: deposit.id,
  userId: deposit.userId,
  chain: deposit.chain,
  tx: deposit.tx,
  log: deposit.log,
  address: deposit.address,
  amountMicroUsdc: String(deposit.amountMicroUsdc),
  state: deposit.state,
  block: blockOf(deposit),
  createdAt: deposit.createdAt.toString(),
  creditedAt: deposit.creditedAt?.toString() ?? null,
  held: deposit.held,
  simulated: simulated.chain(deposit.chain),
});

export const presentWithdrawal = (
  withdrawal: Withdrawal,
  simulated: Simulated,
): z.infer<typeof withdrawalSchema> => ({
  id: withdrawal.id,
  userId: withdrawal.userId,
  chain: withdrawal.chain,
  to: withdrawal.to,
  amountMicroUsdc: String(withdrawal.amountMicroUsdc),
  fromHeldMicroUsdc: String(withdrawal.fromHeldMicroUsdc),
  state: withdrawal.state,
  waitingFor: withdrawal.waitingFor,
  tx: withdrawal.tx,
  failureReason: withdrawal.failureReason,
  createdAt: withdrawal.createdAt.toString(),
  updatedAt: withdrawal.updatedAt.toString(),
  simulated: simulated.chain(withdrawal.chain),
});
