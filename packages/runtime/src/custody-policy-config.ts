import { type CustodyPolicy, DEFAULT_POLICY } from "@closebell/custody";
import { microUsdc, parseUsdc } from "@closebell/money";
import type { Variables } from "./config-schema.ts";

const GWEI = 1_000_000_000n;

/** Where money is worth something, what nobody has said otherwise about is small. .env.example has the same. */
const REAL_POLICY: CustodyPolicy = {
  depositMinimum: parseUsdc("1"),
  confirmations: [{ blocks: "final" }],
  // three days of blocks of 12 s
  backfillBlocks: 21_600,
  screened: false,
  withdrawalMinimum: parseUsdc("1"),
  withdrawalMaximum: parseUsdc("10000"),
  dailyTotal: parseUsdc("50000"),
  dailyPerUser: parseUsdc("10000"),
  autoApproveUpTo: parseUsdc("100"),
  hotWalletCap: parseUsdc("50000"),
  sweepFrom: parseUsdc("10"),
  maxFeePerGas: 100n * GWEI,
  replaceAfterSeconds: 180,
};

const money = (given: bigint | undefined, otherwise: CustodyPolicy["sweepFrom"]) =>
  given === undefined ? otherwise : microUsdc(given);

/** What the environment allows; what it leaves out is generous on a simulated chain, and careful on a real one. */
export const custodyPolicyOf = (variables: Partial<Variables>): CustodyPolicy => {
  const base = variables.CHAIN === "evm" ? REAL_POLICY : DEFAULT_POLICY;
  const { GAS_PRICE_MAX_GWEI: gwei } = variables;
  return {
    depositMinimum: money(variables.DEPOSIT_MIN_MICRO_USDC, base.depositMinimum),
    confirmations: variables.DEPOSIT_CONFIRMATIONS ?? base.confirmations,
    backfillBlocks: variables.DEPOSIT_BACKFILL_BLOCKS ?? base.backfillBlocks,
    screened: variables.SCREENING === "http",
    withdrawalMinimum: money(variables.WITHDRAWAL_MIN_MICRO_USDC, base.withdrawalMinimum),
    withdrawalMaximum: money(variables.WITHDRAWAL_MAX_MICRO_USDC, base.withdrawalMaximum),
    dailyTotal: money(variables.WITHDRAWAL_DAILY_MICRO_USDC, base.dailyTotal),
    dailyPerUser: money(variables.WITHDRAWAL_DAILY_USER_MICRO_USDC, base.dailyPerUser),
    autoApproveUpTo: money(variables.WITHDRAWAL_AUTO_APPROVE_MICRO_USDC, base.autoApproveUpTo),
    hotWalletCap: money(variables.HOT_WALLET_CAP_MICRO_USDC, base.hotWalletCap),
    sweepFrom: money(variables.SWEEP_FROM_MICRO_USDC, base.sweepFrom),
    maxFeePerGas: gwei === undefined ? base.maxFeePerGas : BigInt(gwei) * GWEI,
    replaceAfterSeconds: variables.WITHDRAWAL_REPLACE_AFTER_SECONDS ?? base.replaceAfterSeconds,
  };
};

/** How long a saved payout address waits, which a migration tells the database. */
export const payoutWaitOf = (variables: Partial<Variables>): number =>
  variables.PAYOUT_ADDRESS_DELAY_HOURS ?? 24;

/** Limits by which a withdrawal that is taken could never be paid. */
export const policyConflicts = (variables: Partial<Variables>): readonly string[] => {
  const policy = custodyPolicyOf(variables);
  const atLeast = (name: string, value: bigint, other: string, least: bigint) =>
    value < least ? [`${name} must not be less than ${other}.`] : [];
  return [
    ...atLeast(
      "WITHDRAWAL_MAX_MICRO_USDC",
      policy.withdrawalMaximum,
      "WITHDRAWAL_MIN_MICRO_USDC",
      policy.withdrawalMinimum,
    ),
    ...atLeast(
      "WITHDRAWAL_DAILY_USER_MICRO_USDC",
      policy.dailyPerUser,
      "WITHDRAWAL_MAX_MICRO_USDC",
      policy.withdrawalMaximum,
    ),
    ...atLeast(
      "WITHDRAWAL_DAILY_MICRO_USDC",
      policy.dailyTotal,
      "WITHDRAWAL_DAILY_USER_MICRO_USDC",
      policy.dailyPerUser,
    ),
    ...atLeast(
      "HOT_WALLET_CAP_MICRO_USDC",
      policy.hotWalletCap,
      "WITHDRAWAL_MAX_MICRO_USDC",
      policy.withdrawalMaximum,
    ),
  ];
};
