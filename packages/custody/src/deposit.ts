import type { MicroUsdc } from "@closebell/money";
import type { DepositState } from "./deposit-state.ts";

/** USDC that came in for a user. `(chain, tx, log)` names it for ever. */
export interface Deposit {
  readonly id: string;
  readonly chain: string;
  readonly tx: string;
  readonly log: number;
  /** The user's deposit address. */
  readonly address: string;
  readonly userId: string;
  readonly amountMicroUsdc: MicroUsdc;
  readonly state: DepositState;
  /** When it was first seen. */
  readonly createdAt: Temporal.Instant;
  /** When the user's balance first had it; stays even if the chain takes it back. */
  readonly creditedAt: Temporal.Instant | null;
  /** When it was set aside as below the minimum; stays even if an operator has released it. */
  readonly suspendedAt: Temporal.Instant | null;
  /** The block it was last told to stand in; null where it was told by hand, on a simulated chain. */
  readonly blockNumber: bigint | null;
  readonly blockHash: string | null;
  /** Whether that block will not vanish any more. */
  readonly final: boolean;
  /** Whether it was credited to `held`: beyond his own limit, or while he might not play. */
  readonly held: boolean;
}
