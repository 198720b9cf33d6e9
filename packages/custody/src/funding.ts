import type { MicroUsdc } from "@closebell/money";

/** SEEN -> BOOKED once final; REORGED from either when its block vanishes, and back to the furthest it had come. */
export type FundingState = "SEEN" | "BOOKED" | "REORGED";

/** USDC from outside to the hot or cold wallet: an operator's money. `(chain, tx, log)` names it for ever. */
export interface Funding {
  readonly id: string;
  readonly chain: string;
  readonly tx: string;
  readonly log: number;
  /** The wallet of the house. */
  readonly address: string;
  readonly from: string;
  readonly amountMicroUsdc: MicroUsdc;
  readonly state: FundingState;
  readonly createdAt: Temporal.Instant;
  readonly bookedAt: Temporal.Instant | null;
  readonly blockNumber: bigint;
  readonly blockHash: string;
  readonly final: boolean;
}
