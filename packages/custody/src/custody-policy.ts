import { microUsdc, type MicroUsdc } from "@closebell/money";

/** From which amount on how much certainty is asked of a deposit. */
export interface ConfirmationStep {
  /** For amounts below this; undefined: for any. */
  readonly below?: MicroUsdc;
  /** Blocks counted with the deposit's own, or "final": what the chain itself will not take back. */
  readonly blocks: number | "final";
}

/** What the operator allows, asks for and waits for. */
export interface CustodyPolicy {
  /** Below it a deposit is recorded and kept, but not credited. */
  readonly depositMinimum: MicroUsdc;
  /** Steps by amount, smallest first. What none covers waits for the chain's own finality. */
  readonly confirmations: readonly ConfirmationStep[];
  /** How many blocks the daily reading again goes back. */
  readonly backfillBlocks: number;
  /** Whether a deposit address is given only to players whom a screening has passed. */
  readonly screened: boolean;
  /** The smallest single withdrawal that is taken, but for all a user has: each costs us a transaction's fee. */
  readonly withdrawalMinimum: MicroUsdc;
  /** The largest single withdrawal that is taken. */
  readonly withdrawalMaximum: MicroUsdc;
  /** The most that is approved by itself on one UTC day, on each chain. */
  readonly dailyTotal: MicroUsdc;
  /** The same for each user. */
  readonly dailyPerUser: MicroUsdc;
  /** Above it a withdrawal waits for a treasurer, and a second one. */
  readonly autoApproveUpTo: MicroUsdc;
  /** What the hot wallet holds at most; what is above goes to the cold one. */
  readonly hotWalletCap: MicroUsdc;
  /** From which balance on a deposit address is emptied. */
  readonly sweepFrom: MicroUsdc;
  /** What a unit of gas may cost, in wei. While the chain asks for more, nothing new is signed. */
  readonly maxFeePerGas: bigint;
  /** After how many seconds of real time an unmined transaction is signed anew with higher fees. */
  readonly replaceAfterSeconds: number;
}

const UNLIMITED = microUsdc(2n ** 63n - 1n);

/** For a chain on which nothing is at stake: allows everything. */
export const DEFAULT_POLICY: CustodyPolicy = {
  depositMinimum: microUsdc(1n),
  confirmations: [{ blocks: "final" }],
  backfillBlocks: 50_000,
  screened: false,
  withdrawalMinimum: microUsdc(1n),
  withdrawalMaximum: UNLIMITED,
  dailyTotal: UNLIMITED,
  dailyPerUser: UNLIMITED,
  autoApproveUpTo: UNLIMITED,
  hotWalletCap: UNLIMITED,
  sweepFrom: microUsdc(1_000_000n),
  maxFeePerGas: 500_000_000_000n,
  replaceAfterSeconds: 120,
};
