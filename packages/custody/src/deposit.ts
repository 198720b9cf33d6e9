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
}
